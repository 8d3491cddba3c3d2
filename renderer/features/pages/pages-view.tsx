// The pages of a PDF document, before and after: one at a time, side by side or on top of each other.
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { formatBytes, formatCount } from "../../../texts/format.js";
import { Segmented } from "../../ui/segmented.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { useDetail } from "../diff/detail-store.js";
import { TEXTS as DIFF_TEXTS } from "../../../texts/diff.js";
import { TEXTS } from "../../../texts/pages.js";
import { usePages, type Pages } from "./use-pages.js";
import { ViewBar } from "../../ui/view-bar.js";
import view from "../../ui/view.module.css";
import styles from "./pages-view.module.css";

interface PagesViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function PagesView({ session, path, description, reading }: PagesViewProps): ReactElement {
  const [wanted, setPage] = useState(1);
  const [mode, setMode] = useState<"sides" | "difference">("sides");
  const before = usePages(session, path, "before", documentOf(description.before), reading);
  const after = usePages(session, path, "after", documentOf(description.after), reading);
  const pages = Math.max(before?.pages ?? 0, after?.pages ?? 0);
  // A document that gets shorter still shows a page; one that cannot be read for a while loses none.
  const page = pages === 0 ? wanted : Math.min(wanted, pages);
  const [drawBefore, drawAfter] = [before?.draw, after?.draw];
  useEffect(() => {
    drawBefore?.(page);
    drawAfter?.(page);
  }, [drawBefore, drawAfter, page]);
  const both = drawnAt(before, page) !== undefined && drawnAt(after, page) !== undefined;
  const sides = [
    { side: "before", name: DIFF_TEXTS.before, facts: description.before, pages: before },
    { side: "after", name: DIFF_TEXTS.after, facts: description.after, pages: after },
  ] as const;
  return (
    <section className={view.view} aria-label={TEXTS.view}>
      <ViewBar
        end={
          before !== undefined && after !== undefined ? (
            <Segmented
              label={DIFF_TEXTS.layout}
              options={[
                { value: "sides", label: DIFF_TEXTS.split },
                { value: "difference", label: DIFF_TEXTS.difference },
              ]}
              value={mode}
              onChange={setMode}
            />
          ) : undefined
        }
      >
        <Button disabled={page <= 1 || pages === 0} onClick={() => setPage(page - 1)}>
          {DIFF_TEXTS.earlier}
        </Button>
        <Button disabled={page >= pages} onClick={() => setPage(page + 1)}>
          {DIFF_TEXTS.later}
        </Button>
        <span role="status">{pages > 0 && TEXTS.page(formatCount(page), formatCount(pages))}</span>
      </ViewBar>
      {mode === "difference" && both ? (
        <div className={styles.stage} role="group" aria-label={TEXTS.view} tabIndex={0}>
          <div className={styles.stack} role="img" aria-label={DIFF_TEXTS.difference}>
            <Picture image={drawnAt(before, page)!} />
            <Picture image={drawnAt(after, page)!} />
          </div>
          <p className={styles.why}>{DIFF_TEXTS.differenceWhy}</p>
        </div>
      ) : (
        <div className={view.sides}>
          {sides.map(
            (each) =>
              each.facts !== undefined && (
                <section key={each.side} className={view.side} aria-label={each.name}>
                  <div className={view.label}>
                    {each.name} · {formatBytes(each.facts.size)}
                  </div>
                  <div className={styles.stage} role="group" aria-label={each.name} tabIndex={0}>
                    <SidePage name={each.name} pages={each.pages} page={page} />
                  </div>
                </section>
              ),
          )}
        </div>
      )}
    </section>
  );
}

interface SidePageProps {
  name: string;
  pages: Pages | undefined;
  page: number;
}

function SidePage({ name, pages, page }: SidePageProps): ReactElement {
  if (pages === undefined) return <EmptyPanel icon="file" title={TEXTS.noDocument} />;
  const { refusal, drawn } = pages;
  if (refusal?.state === "error") return <ErrorPanel error={refusal.error} />;
  const words =
    refusal ??
    (drawn?.state === "undrawn" && drawn.page === page
      ? { title: TEXTS.undrawn, why: TEXTS.undrawnWhy(drawn.why) }
      : undefined);
  if (words !== undefined) {
    return (
      <EmptyPanel
        icon="file"
        title={words.title}
        actions={<Button onClick={() => useDetail.getState().showAlone("hex")}>{DIFF_TEXTS.showHex}</Button>}
      >
        {escapeText(words.why)}
      </EmptyPanel>
    );
  }
  if (pages.pages > 0 && page > pages.pages)
    return <EmptyPanel icon="file" title={TEXTS.noPage(formatCount(page))} />;
  const image = drawnAt(pages, page);
  if (image === undefined) return <Skeleton label={TEXTS.drawing} rows={8} />;
  return (
    <div role="img" aria-label={TEXTS.picture(name, page)}>
      <Picture image={image} />
    </div>
  );
}

function Picture({ image }: { image: ImageBitmap }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => canvas.current?.getContext("2d")?.drawImage(image, 0, 0), [image]);
  return <canvas ref={canvas} className={styles.page} width={image.width} height={image.height} />;
}

function drawnAt(pages: Pages | undefined, page: number): ImageBitmap | undefined {
  const drawn = pages?.drawn;
  return drawn?.state === "drawn" && drawn.page === page ? drawn.image : undefined;
}

/** The side as a document; undefined: it is none. */
function documentOf(facts: SideFacts | undefined): SideFacts | undefined {
  return facts?.type === "file" && facts.mime === "application/pdf" ? facts : undefined;
}
