// After a commit: the helper has looked at the host again. Says what it saw there.
import type { ReactElement } from "react";
import type { CommitResult } from "../../../protocol/src/commit.js";
import { displayPath } from "../../ui/escape.js";
import { TEXTS } from "../../../texts/commit.js";

export function VerifiedNote({ result }: { result: CommitResult }): ReactElement {
  const [first] = result.differing ?? [];
  if (first === undefined) return <span>{TEXTS.verified}</span>;
  return <strong>{TEXTS.differing(result.differing?.length ?? 0, displayPath(first))}</strong>;
}
