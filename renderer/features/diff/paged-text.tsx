// A long text in parts of a fixed size, read one at a time: works for files of any size.
import { useMemo, useState, type ReactElement, type ReactNode } from "react";
import type { Description, Side } from "../../../protocol/src/content.js";
import { Button } from "../../ui/button.js";
import { formatCount } from "../../../texts/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import type { Source } from "./content-reader.js";
import { decodeText, type Encoding, guessEncoding } from "./encoding-model.js";
import { PlainText } from "./plain-text.js";
import { showLines } from "./text-model.js";
import { SideChoice } from "./side-choice.js";
import { TEXTS } from "../../../texts/diff.js";
import { useContent } from "./use-content.js";
import { ViewBar } from "../../ui/view-bar.js";
import view from "../../ui/view.module.css";
import { WrapChoice } from "./wrap-choice.js";
import styles from "./text-view.module.css";

const PAGE_BYTES = 256 * 1024;

interface PagedTextProps {
  sources: Readonly<Record<Side, Source | null>>;
  description: Description;
  reading: number;
  /** Without one, each part is read as its bytes suggest. */
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
  const encoding = encodings?.[side];
  const content = useContent(sources[side], page * PAGE_BYTES, PAGE_BYTES, reading);
  const lines = useMemo(
    () =>
      content.state === "ready" && content.content !== null
        ? showLines(decodeText(content.content.bytes, encoding ?? guessEncoding(content.content.bytes)))
        : null,
    [content, encoding],
  );
  const pages = Math.max(1, Math.ceil((description[side]?.size ?? 0) / PAGE_BYTES));
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
        <Button disabled={page === 0} onClick={() => setPage(page - 1)}>
          {TEXTS.earlier}
        </Button>
        <Button disabled={page >= pages - 1} onClick={() => setPage(page + 1)}>
          {TEXTS.later}
        </Button>
        <span role="status">{TEXTS.page(formatCount(page + 1), formatCount(pages))}</span>
        {actions}
      </ViewBar>
      <div className={styles.body}>
        {content.state === "error" ? (
          <ErrorPanel error={content.error} />
        ) : lines === null ? (
          <Skeleton label={TEXTS.loading} rows={8} />
        ) : (
          <PlainText key={`${side} ${page}`} lines={lines} look="plain" />
        )}
      </div>
    </div>
  );
}
