// Text, before and after: lined up when both sides are there, by itself when there is one, in parts when long.
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import type { Description, Side, SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { formatBytes } from "../../../texts/format.js";
import { Segmented } from "../../ui/segmented.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import type { Bytes, Source } from "./content-reader.js";
import { useDetail } from "./detail-store.js";
import { DiffTable } from "./diff-table.js";
import { EncodingChoice } from "./encoding-choice.js";
import { ENCODINGS } from "../../../texts/encodings.js";
import { decodeText, type Encoding, guessEncoding } from "./encoding-model.js";
import { PagedText } from "./paged-text.js";
import { PlainText } from "./plain-text.js";
import { compare, type LineEnds, lineEnds, sameness, showBoth, showLines } from "./text-model.js";
import { SideChoice } from "./side-choice.js";
import { TEXTS } from "../../../texts/diff.js";
import { useContent } from "./use-content.js";
import { useSize } from "../../ui/use-size.js";
import { ViewBar } from "../../ui/view-bar.js";
import view from "../../ui/view.module.css";
import { WrapChoice } from "./wrap-choice.js";
import styles from "./text-view.module.css";

/** Of each side, so much is read at first: enough for nearly every text, quick for all. */
const FIRST_BYTES = 2 * 1024 * 1024;
/** A pane that is narrower, in dots, has no room for two sides. */
const TWO_SIDES = 600;

/** A side as it was read: its text, and the encoding that its bytes suggest. */
interface Read {
  guess: Encoding;
  ends: LineEnds;
  text: string;
}

interface TextViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function TextView({ session, path, description, reading }: TextViewProps): ReactElement {
  const source = (side: Side): Source | null => (hasText(description[side]) ? { session, path, side } : null);
  const sources = { before: source("before"), after: source("after") };
  const before = useContent(sources.before, 0, FIRST_BYTES, reading);
  const after = useContent(sources.after, 0, FIRST_BYTES, reading);
  const [paging, setPaging] = useState(false);
  const chosen = useDetail((state) => state.encoding);
  const failed = before.state === "error" ? before : after.state === "error" ? after : null;
  const texts = useMemo(() => {
    if (before.state !== "ready" || after.state !== "ready") return null;
    const read = (content: Bytes | null): Read | null => {
      if (content === null) return null;
      const guess = guessEncoding(content.bytes);
      const text = decodeText(content.bytes, chosen ?? guess, content.bytes.length < content.size);
      return { guess, ends: lineEnds(text), text };
    };
    const sides = { left: read(before.content), right: read(after.content) };
    if (sides.left === null || sides.right === null || before.content === null || after.content === null)
      return { ...sides, same: null, comparison: null };
    const same = sameness(before.content, after.content);
    const lines = same === "different" ? showBoth(sides.left.text, sides.right.text) : null;
    const comparison = lines === null ? null : { ...compare(...lines), lines };
    return { ...sides, same, comparison };
  }, [before, after, chosen]);

  if (failed !== null) return <ErrorPanel error={failed.error} />;
  if (texts === null || before.state !== "ready" || after.state !== "ready")
    return <Skeleton label={TEXTS.loading} rows={8} />;
  const whole = Math.max(before.content?.size ?? 0, after.content?.size ?? 0);
  const cut = whole > FIRST_BYTES;

  if (paging) {
    const back = <Button onClick={() => setPaging(false)}>{TEXTS.backToDiff}</Button>;
    const encodings = { before: chosen ?? texts.left?.guess, after: chosen ?? texts.right?.guess };
    return (
      <PagedText
        sources={sources}
        description={description}
        reading={reading}
        encodings={encodings}
        actions={back}
      />
    );
  }
  const guesses = [texts.left, texts.right].flatMap((side) => (side === null ? [] : [side.guess]));
  const more: ReactNode = (
    <>
      <EncodingChoice guesses={guesses} />
      {cut && <Button onClick={() => setPaging(true)}>{TEXTS.readOn}</Button>}
    </>
  );
  const notes = [endsNote(texts.left, texts.right), textNote(texts.left, texts.right)];
  const first = cut ? TEXTS.firstPart(formatBytes(FIRST_BYTES), formatBytes(whole)) : "";
  const { left, right, same, comparison } = texts;
  if (left === null || right === null) {
    const lines = showLines((left ?? right)?.text ?? "");
    if (lines.length === 0) return <EmptyPanel icon="file" title={TEXTS.empty} />;
    // The other side is there, but is no text: a folder, a link, bytes.
    const both = description.before !== undefined && description.after !== undefined;
    const only = !both ? "" : left === null ? TEXTS.onlyAfter : TEXTS.onlyBefore;
    return (
      <div className={view.view}>
        <ViewBar end={<WrapChoice />} notes={[only, ...notes, first]}>
          {more}
        </ViewBar>
        <div className={styles.body}>
          <PlainText lines={lines} look={left === null ? "added" : "removed"} />
        </div>
      </div>
    );
  }
  if (same === "same") {
    return (
      <EmptyPanel icon="check" title={TEXTS.sameContent}>
        {TEXTS.sameContentWhy}
      </EmptyPanel>
    );
  }
  if (comparison === null || comparison.kind === "alike") {
    const [title, why] = alikeWords(same === "start", left, right, chosen === null);
    const actions = (
      <>
        <Button onClick={() => useDetail.getState().showAlone("hex")}>{TEXTS.showHex}</Button>
        {more}
      </>
    );
    return (
      <EmptyPanel icon="file" title={title} actions={actions}>
        {why}
      </EmptyPanel>
    );
  }
  if (comparison.kind === "apart")
    return <Apart sides={comparison.lines} notes={[...notes, first]} more={more} />;
  return (
    <Compared
      before={comparison.before}
      after={comparison.after}
      skipped={comparison.skipped}
      notes={[...notes, first]}
      more={more}
    />
  );
}

interface ComparedProps {
  before: string;
  after: string;
  skipped: number;
  notes: readonly string[];
  more: ReactNode;
}

function Compared({ before, after, skipped, notes, more }: ComparedProps): ReactElement {
  const { split, setSplit } = useDetail();
  const [pane, { width }] = useSize();
  const hasRoom = width >= TWO_SIDES;
  const layout = (
    <Segmented
      label={TEXTS.layout}
      options={[
        { value: "split", label: TEXTS.split },
        { value: "unified", label: TEXTS.unified },
      ]}
      value={split ? "split" : "unified"}
      onChange={(next) => setSplit(next === "split")}
    />
  );
  return (
    <div ref={pane} className={view.view}>
      <ViewBar end={hasRoom ? layout : undefined} notes={notes}>
        {more}
      </ViewBar>
      <div className={styles.body}>
        <DiffTable before={before} after={after} skipped={skipped} split={split && hasRoom} />
      </div>
    </div>
  );
}

interface ApartProps {
  sides: readonly [before: readonly string[], after: readonly string[]];
  notes: readonly string[];
  more: ReactNode;
}

/** Two texts that cannot be lined up, one at a time. */
function Apart({ sides, notes, more }: ApartProps): ReactElement {
  const [side, setSide] = useState<Side>("after");
  const end = (
    <>
      <WrapChoice />
      <SideChoice side={side} onSide={setSide} />
    </>
  );
  return (
    <div className={view.view}>
      <ViewBar end={end} notes={[TEXTS.tooDifferent, ...notes]}>
        {more}
      </ViewBar>
      <div className={styles.body}>
        <PlainText
          lines={side === "before" ? sides[0] : sides[1]}
          look={side === "before" ? "removed" : "added"}
        />
      </div>
    </div>
  );
}

/** What to say of two texts whose lines are the same as they are shown: a heading, and more. */
function alikeWords(
  isStart: boolean,
  left: Read,
  right: Read,
  isGuessed: boolean,
): readonly [title: string, why: string] {
  if (isStart) return [TEXTS.sameStart(formatBytes(FIRST_BYTES)), TEXTS.sameStartWhy];
  if (isGuessed && left.guess !== right.guess)
    return [TEXTS.encodingsDiffer, TEXTS.encodingsDifferWhy(ENCODINGS[left.guess], ENCODINGS[right.guess])];
  if (left.ends !== right.ends) return [TEXTS.onlyEnds, TEXTS.endsChanged(left.ends, right.ends)];
  return [TEXTS.hiddenBytes, TEXTS.hiddenBytesWhy];
}

/** What is worth saying of how lines end. */
function endsNote(left: Read | null, right: Read | null): string {
  const [before, after] = [left?.ends ?? right?.ends ?? "none", right?.ends ?? left?.ends ?? "none"];
  if (before !== after && before !== "none" && after !== "none") return TEXTS.endsChanged(before, after);
  return after === "windows" ? TEXTS.windowsEnds : "";
}

/** Bytes that mean nothing in an encoding all look the same: what differs in them does not show. */
function textNote(...sides: readonly (Read | null)[]): string {
  return sides.some((side) => side?.text.includes("\ufffd") === true) ? TEXTS.notText : "";
}

/** Tells whether a side is worth reading as text: text, or an empty file beside one. */
function hasText(side: SideFacts | undefined): boolean {
  return side !== undefined && side.type === "file" && (side.content === "text" || side.content === "empty");
}
