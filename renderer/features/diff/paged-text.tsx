// A long text in parts of a fixed size, read one at a time: works for files of any size.
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import type { Description, Side } from "../../../protocol/src/content.js";
import { Button } from "../../ui/button.js";
import { formatCount } from "../../../texts/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import type { Source } from "./content-reader.js";
import { decodeText, type Encoding, guessEncoding, SAMPLE } from "./encoding-model.js";
import { cutPart, partCount, partRange } from "./part-model.js";
import { PlainText } from "./plain-text.js";
import { showLines } from "./text-model.js";
import { SideChoice } from "./side-choice.js";
import { TEXTS } from "../../../texts/diff.js";
import { useContent } from "./use-content.js";
import { ViewBar } from "../../ui/view-bar.js";
import view from "../../ui/view.module.css";
import { WrapChoice } from "./wrap-choice.js";
import styles from "./text-view.module.css";

interface PagedTextProps {
  sources: Readonly<Record<Side, Source | null>>;
  description: Description;
  reading: number;
  /** Without one, a side is read as its beginning suggests. */
  encodings?: Readonly<Record<Side, Encoding | undefined>>;
  actions: ReactNode;
}

export function PagedText({
  sources,
  description,
  reading,
  encodings,
  actions,
}: PagedTextProps): ReactElement {
  const [side, setSide] = useState<Side>(sources.after === null ? "before" : "after");
  const [page, setPage] = useState(0);
  /** The number of the first line of each part up to this one. */
  const [firsts, setFirsts] = useState<readonly number[]>([1]);
  const { offset, length } = partRange(page);
  const content = useContent(sources[side], offset, length, reading);
  const given = encodings?.[side];
  const head = useContent(given === undefined ? sources[side] : null, 0, SAMPLE, reading);
  const part = useMemo(() => {
    if (content.state !== "ready" || content.content === null || head.state !== "ready") return null;
    const encoding = given ?? guessEncoding(head.content?.bytes ?? new Uint8Array());
    const { bytes, size } = content.content;
    const cut = cutPart(bytes, page, size, encoding);
    const text = decodeText(cut.bytes, encoding);
    return { lines: showLines(text), ends: text.split("\n").length - 1, isLast: cut.isLast };
  }, [content, head, given, page]);
  const pages = part?.isLast === true ? page + 1 : partCount(description[side]?.size ?? 0);
  const first = firsts[page] ?? 1;
  const go = (next: number): void => {
    if (next > page) setFirsts([...firsts.slice(0, next), first + (part?.ends ?? 0)]);
    setPage(next);
  };
  return (
    <div className={view.view}>
      <ViewBar
        end={
          <>
            <WrapChoice />
            {sources.before !== null && sources.after !== null && (
              <SideChoice
                side={side}
                onSide={(next) => {
                  setSide(next);
                  setPage(0);
                }}
              />
            )}
          </>
        }
      >
        <Button disabled={page === 0} onClick={() => go(page - 1)}>
          {TEXTS.earlier}
        </Button>
        <Button disabled={part === null || page >= pages - 1} onClick={() => go(page + 1)}>
          {TEXTS.later}
        </Button>
        <span role="status">{TEXTS.page(formatCount(page + 1), formatCount(pages))}</span>
        {actions}
      </ViewBar>
      <div className={styles.body}>
        {content.state === "error" ? (
          <ErrorPanel error={content.error} />
        ) : head.state === "error" ? (
          <ErrorPanel error={head.error} />
        ) : part === null ? (
          <Skeleton label={TEXTS.loading} rows={8} />
        ) : (
          <PlainText key={`${side} ${page}`} lines={part.lines} look="plain" first={first} />
        )}
      </div>
    </div>
  );
}
