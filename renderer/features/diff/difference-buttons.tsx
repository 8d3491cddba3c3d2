// The way from one difference between both sides of a file to the next, and what is to be said while it is looked for.
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { Description, Side } from "../../../protocol/src/content.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { formatBytes } from "../../../texts/format.js";
import { TEXTS } from "../../../texts/diff.js";
import { Button } from "../../ui/button.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { readBytes } from "./content-reader.js";
import { findDifference } from "./difference-search.js";
import { ROW_BYTES, rowCount } from "./hex-model.js";

type Sought =
  | { state: "idle" | "none" }
  /** How far it is, in rows. */
  | { state: "searching"; at: number }
  | { state: "failed"; error: SeeError };

export interface Differences {
  sought: Sought;
  search: (direction: 1 | -1) => void;
  stop: () => void;
}

interface DifferencesProps {
  session: string;
  path: PathRef;
  description: Description;
  /** The first row in sight. */
  row: number;
  onRow: (row: number) => void;
}

/** Looks from the row in sight on, or from the difference that was found last while it is there. */
export function useDifferences({ session, path, description, row, onRow }: DifferencesProps): Differences {
  const [sought, setSought] = useState<Sought>({ state: "idle" });
  const found = useRef<number | null>(null);
  const search = useRef(0);
  const stop = (): void => {
    search.current += 1;
    setSought({ state: "idle" });
  };
  const key = `${session} ${pathKey(path)}`;
  // Another file: what was looked for is of no use.
  useEffect(() => {
    found.current = null;
    return () => {
      search.current += 1;
      setSought({ state: "idle" });
    };
  }, [key]);

  const begin = async (direction: 1 | -1): Promise<void> => {
    const ticket = (search.current += 1);
    const leaving = found.current === row;
    const from = direction === 1 && leaving ? row + 1 : row;
    const read = (side: Side) => (offset: number, length: number) =>
      readBytes({ session, path, side }, offset, length);
    const rows = rowCount(Math.max(description.before?.size ?? 0, description.after?.size ?? 0));
    const outcome = await findDifference(
      { read: [read("before"), read("after")], rows },
      { from, direction, leaving },
      (at) => {
        if (search.current !== ticket) return false;
        setSought({ state: "searching", at });
        return true;
      },
    );
    if (search.current !== ticket) return;
    if (!outcome.ok) setSought({ state: "failed", error: outcome.error });
    else if (outcome.value === null) setSought({ state: "none" });
    else {
      found.current = outcome.value;
      setSought({ state: "idle" });
      onRow(outcome.value);
    }
  };
  return { sought, search: (direction) => void begin(direction), stop };
}

export function DifferenceButtons({
  differences: { sought, search, stop },
}: {
  differences: Differences;
}): ReactElement {
  return (
    <>
      <Button title={TEXTS.withKey("P")} onClick={() => search(-1)}>
        {TEXTS.previousDifference}
      </Button>
      <Button title={TEXTS.withKey("N")} onClick={() => search(1)}>
        {TEXTS.nextDifference}
      </Button>
      <span role="status">
        {sought.state === "none" && TEXTS.noDifference}
        {sought.state === "searching" && TEXTS.searching(formatBytes(sought.at * ROW_BYTES))}
      </span>
      {sought.state === "searching" && <Button onClick={stop}>{TEXTS.stop}</Button>}
      {sought.state === "failed" && <ErrorNote error={sought.error} />}
    </>
  );
}
