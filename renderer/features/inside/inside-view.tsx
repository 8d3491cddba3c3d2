// What is inside a file: facts, contents and texts, and where both sides differ in them.
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import type { Description, Side, SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { formatBytes, formatCount } from "../../../texts/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import type { Source } from "../diff/content-reader.js";
import { useDetail } from "../diff/detail-store.js";
import { PlainText } from "../diff/plain-text.js";
import { usePaced } from "../diff/use-paced.js";
import { showLines } from "../diff/text-model.js";
import { TEXTS as DIFF_TEXTS } from "../../../texts/diff.js";
import { type Comparison, compareReports } from "./compare.js";
import { FactTable } from "./fact-table.js";
import { FontSample } from "./font-sample.js";
import { type Look, lookInside } from "./look.js";
import { RowTable } from "./row-table.js";
import { TEXTS } from "../../../texts/inside.js";
import { ViewBar } from "../../ui/view-bar.js";
import { WrapChoice } from "../diff/wrap-choice.js";
import view from "../../ui/view.module.css";
import styles from "./inside-view.module.css";

/** Whoever waits longer is told how far it is. */
const PATIENCE_MS = 700;

interface InsideViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function InsideView({ session, path, description, reading }: InsideViewProps): ReactElement {
  const sides = {
    before: useLook(session, path, "before", description.before, reading),
    after: useLook(session, path, "after", description.after, reading),
  };
  const looks = Object.values(sides);
  const under = looks.filter((side) => side?.state === "looking");
  if (under.length > 0)
    return (
      <Looking
        bytes={under.reduce((sum, { bytes }) => sum + bytes, 0)}
        onStop={() => looks.forEach((side) => side?.state === "looking" && side.stop())}
      />
    );
  const [before, after] = [lookOf(sides.before), lookOf(sides.after)];
  const failed = [after, before].find((look) => look?.state === "error" || look?.state === "refused");
  if (failed?.state === "error") return <ErrorPanel error={failed.error} />;
  const told = [before, after].map((look) => (look?.state === "told" ? look.report : undefined));
  const toHex = <Button onClick={() => useDetail.getState().showAlone("hex")}>{DIFF_TEXTS.showHex}</Button>;
  if (failed?.state === "refused")
    return (
      <EmptyPanel icon="file" title={failed.title} actions={toHex}>
        {escapeText(failed.why)}
      </EmptyPanel>
    );
  if (told[0] === undefined && told[1] === undefined)
    return <EmptyPanel icon="file" title={TEXTS.unknown} actions={toHex} />;
  return (
    <Told
      before={told[0]}
      after={told[1]}
      session={session}
      path={path}
      description={description}
      reading={reading}
    />
  );
}

/** A look is over soon, or says how far it is. */
function Looking({ bytes, onStop }: { bytes: number; onStop: () => void }): ReactElement {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return <Skeleton label={TEXTS.loading} rows={8} />;
  return (
    <EmptyPanel
      icon="file"
      title={TEXTS.loading}
      actions={<Button onClick={onStop}>{DIFF_TEXTS.stop}</Button>}
    >
      {TEXTS.read(formatBytes(bytes))}
    </EmptyPanel>
  );
}

type Report = NonNullable<Parameters<typeof compareReports>[0]>;

interface ToldProps {
  before: Report | undefined;
  after: Report | undefined;
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

function Told({ before, after, session, path, description, reading }: ToldProps): ReactElement {
  const comparison = useMemo(() => compareReports(before, after), [before, after]);
  const both = before !== undefined && after !== undefined;
  const [wanted, setWanted] = useState<string | null>(null);
  const [onlyDifferences, setOnly] = useState(both);
  const parts = partsOf(comparison);
  const part = parts.find(({ id }) => id === wanted) ?? startOf(parts);
  const format = (after ?? before)?.format ?? "";
  const notes = [...new Set([...(before?.notes ?? []), ...(after?.notes ?? [])])];
  return (
    <div className={view.view}>
      <ViewBar
        notes={notes.map(escapeText)}
        end={
          both && part?.table !== undefined ? (
            <label className={view.check}>
              <input
                type="checkbox"
                checked={onlyDifferences}
                onChange={(event) => setOnly(event.target.checked)}
              />
              {TEXTS.onlyDifferences}
            </label>
          ) : part?.text !== undefined ? (
            <WrapChoice />
          ) : undefined
        }
      >
        <b className={styles.format}>{format}</b>
        {parts.length > 1 && (
          <select
            aria-label={TEXTS.part}
            className={view.select}
            value={part?.id}
            onChange={(event) => setWanted(event.target.value)}
          >
            {parts.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        )}
      </ViewBar>
      <div className={styles.body}>
        {part?.table !== undefined ? (
          <RowTable table={part.table} onlyDifferences={both && onlyDifferences} />
        ) : part?.text !== undefined ? (
          <PlainText lines={showLines(part.text.after ?? part.text.before ?? "")} look="plain" />
        ) : (
          <div className={styles.scroll} tabIndex={0} role="region" aria-label={TEXTS.facts}>
            {(after ?? before)?.isFont === true && (
              <FontSample
                session={session}
                path={path}
                side={after === undefined ? "before" : "after"}
                size={(description.after ?? description.before)?.size ?? 0}
                reading={reading}
              />
            )}
            <FactTable facts={comparison.facts} both={both} />
          </div>
        )}
      </div>
    </div>
  );
}

interface Part {
  id: string;
  label: string;
  /** How much in it deserves a look. */
  flags: number;
  table?: Comparison["tables"][number];
  text?: Comparison["texts"][number];
}

function partsOf({ facts, tables, texts }: Comparison): Part[] {
  const flagsOf = (list: readonly { warning: string | undefined }[]): number =>
    list.filter(({ warning }) => warning !== undefined).length;
  const labelled = (label: string, flags: number): string =>
    flags === 0 ? label : TEXTS.flagged(label, formatCount(flags));
  const parts: Part[] = [];
  if (facts.length > 0) {
    const flags = flagsOf(facts);
    parts.push({ id: "facts", label: labelled(TEXTS.facts, flags), flags });
  }
  for (const table of tables) {
    const flags = flagsOf(table.rows);
    const label = `${escapeText(table.title)} (${formatCount(table.rows.length + table.more)})`;
    parts.push({ id: `table ${table.title}`, label: labelled(label, flags), flags, table });
  }
  for (const text of texts)
    parts.push({ id: `text ${text.title}`, label: escapeText(text.title), flags: 0, text });
  return parts;
}

/** Returns what is shown first: what deserves a look, else what differs, else what the file holds, else what it is. */
function startOf(parts: readonly Part[]): Part | undefined {
  return (
    parts.find(({ flags }) => flags > 0) ??
    parts.find(({ table }) => (table?.differs ?? 0) > 0) ??
    parts.find(({ table, text }) => table !== undefined || text !== undefined) ??
    parts[0]
  );
}

type Looked = Look | { state: "looking"; bytes: number; stop: () => void } | undefined;

function lookOf(side: Looked): Look | undefined {
  return side?.state === "looking" ? undefined : side;
}

/** Looks inside a side; undefined: there is no such side. Looks again when `reading` counts up, and shows the old until then. */
function useLook(
  session: string,
  path: PathRef,
  side: Side,
  facts: SideFacts | undefined,
  reading: number,
): Looked {
  const [held, setHeld] = useState<{ of: PathRef; look: Look } | null>(null);
  const [bytes, setBytes] = useState(0);
  const end = useRef<() => void>(() => undefined);
  const size = facts?.type === "file" ? facts.size : 0;
  const [turn, ended] = usePaced(JSON.stringify([session, path, side]), reading);
  useEffect(() => {
    if (size === 0) return ended();
    const source: Source = { session, path, side };
    const name = path.path.slice(path.path.lastIndexOf("/") + 1);
    setBytes(0);
    const show = (look: Look): void => {
      setHeld({ of: path, look });
      ended();
    };
    const stop = lookInside(source, name, size, setBytes, show);
    end.current = () => {
      stop();
      // It has not ended by itself: no reading begins it again, only who leaves the view and comes back.
      setHeld({ of: path, look: { state: "refused", title: TEXTS.stopped, why: TEXTS.stoppedWhy } });
    };
    return stop;
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `turn` stands for the size
  }, [session, path, side, turn]);
  if (size === 0) return undefined;
  return held?.of === path ? held.look : { state: "looking", bytes, stop: () => end.current() };
}
