// After a commit: the helper has looked at the host again. Says what it saw there.
import type { ReactElement } from "react";
import type { CommitResult } from "../../../protocol/src/commit.js";
import { displayPath } from "../../ui/escape.js";
import { TEXTS } from "../../../texts/commit.js";

export function VerifiedNote({ result }: { result: CommitResult }): ReactElement {
  const { differing = [], differing_more: more = 0 } = result;
  const [first] = differing;
  if (first === undefined) return <span>{TEXTS.verified}</span>;
  return <strong>{TEXTS.differing(differing.length + more, displayPath(first))}</strong>;
}
