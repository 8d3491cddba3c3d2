// What a commit has done in the end: how much, whether the machine has it, what was joined, left out and given up for it.
import type { ReactElement } from "react";
import type { CommitResult } from "../../../protocol/src/commit.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { TEXTS } from "../../../texts/commit.js";
import { VerifiedNote } from "./verified-note.js";

export function DonePanel({ result }: { result: CommitResult }): ReactElement {
  const { applied, skipped, dropped = [] } = result;
  const joined = (result.joined?.length ?? 0) + (result.joined_more ?? 0);
  const ignored = (result.ignored?.length ?? 0) + (result.ignored_more ?? 0);
  const facts = [
    ...(joined > 0 ? [TEXTS.doneJoined(joined)] : []),
    ...(ignored > 0 ? [TEXTS.doneIgnored(ignored)] : []),
    ...(skipped > 0 ? [TEXTS.skipped(skipped)] : []),
    ...(dropped.length > 0 ? [TEXTS.dropped(dropped.length)] : []),
  ];
  return (
    <EmptyPanel icon="check" title={`${TEXTS.committed(applied)}.`}>
      <VerifiedNote result={result} />
      {facts.map((fact) => (
        <span key={fact}> {fact}</span>
      ))}
    </EmptyPanel>
  );
}
