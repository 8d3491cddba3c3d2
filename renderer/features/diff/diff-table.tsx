// Two texts lined up, by react-diff-viewer-continued in the page's own colours.
import { useEffect, useRef, type ReactElement, type RefObject } from "react";
import DiffViewer, { DiffMethod, type ReactDiffViewerStylesOverride } from "react-diff-viewer-continued";
import { Skeleton } from "../../ui/skeleton.js";
import { TEXTS } from "../../../texts/diff.js";
import styles from "./diff-table.module.css";

/** What the view reckons with for each line, to know where one stands in a long text: as high as ours are. */
Object.assign(DiffViewer, { ESTIMATED_ROW_HEIGHT: 20 });

interface DiffTableProps {
  before: string;
  after: string;
  /** Lines before the first one that is given. */
  skipped: number;
  split: boolean;
}

export function DiffTable({ before, after, skipped, split }: DiffTableProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  useTidyFolds(box);
  return (
    <div ref={box} className={styles.diff}>
      <DiffViewer
        oldValue={before}
        newValue={after}
        splitView={split}
        linesOffset={skipped}
        compareMethod={DiffMethod.WORDS_WITH_SPACE}
        extraLinesSurroundingDiff={3}
        infiniteLoading={WHOLE_PANE}
        loadingElement={() => <Skeleton label={TEXTS.loading} rows={8} />}
        codeFoldMessageRenderer={(lines) => <span className={styles.fold}>{TEXTS.equalLines(lines)}</span>}
        styles={STYLES}
        hideSummary
      />
    </div>
  );
}

/**
 * A fold is a button inside a row that says it is a button too, so that it is met twice by keyboard and reader.
 * The inner one is enough. And what scrolls is scrolled by keys, too.
 */
function useTidyFolds(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const tidy = (): void => {
      for (const row of element.querySelectorAll("tr[role=button]")) {
        row.removeAttribute("role");
        row.removeAttribute("tabindex");
      }
      for (const part of element.querySelectorAll("div"))
        if (part.style.overflowY === "scroll") part.tabIndex = 0;
    };
    const observer = new MutationObserver(tidy);
    observer.observe(element, { childList: true, subtree: true });
    tidy();
    return () => observer.disconnect();
  }, [box]);
}

/** The view scrolls in its own box, which fills the pane, and draws only what is in sight. */
const WHOLE_PANE = { pageSize: 40, containerHeight: "100%" };

const COLORS = {
  diffViewerBackground: "var(--surface)",
  diffViewerColor: "var(--ink)",
  addedBackground: "var(--added-line)",
  addedColor: "var(--ink)",
  removedBackground: "var(--removed-line)",
  removedColor: "var(--ink)",
  changedBackground: "var(--surface)",
  wordAddedBackground: "var(--added-word)",
  wordRemovedBackground: "var(--removed-word)",
  addedGutterBackground: "var(--added-line)",
  removedGutterBackground: "var(--removed-line)",
  gutterBackground: "var(--surface)",
  gutterBackgroundDark: "var(--surface)",
  highlightBackground: "var(--selected)",
  highlightGutterBackground: "var(--selected)",
  codeFoldGutterBackground: "var(--sunken)",
  codeFoldBackground: "var(--sunken)",
  emptyLineBackground: "var(--surface)",
  gutterColor: "var(--ink-faint)",
  addedGutterColor: "var(--ink-soft)",
  removedGutterColor: "var(--ink-soft)",
  codeFoldContentColor: "var(--ink-soft)",
};

const STYLES: ReactDiffViewerStylesOverride = {
  // Light and dark are the tokens' business: both get the same names.
  variables: { light: COLORS, dark: COLORS },
  diffContainer: {
    minWidth: "unset",
    fontSize: "var(--text)",
    "& pre": { lineHeight: "20px", fontFamily: "var(--font-mono)" },
    // Numbers are smaller than what they count: on one base line, rows would be higher than their lines.
    "& td": { verticalAlign: "top" },
  },
  contentText: { fontFamily: "var(--font-mono)", lineBreak: "auto", overflowWrap: "anywhere" },
  gutter: {
    minWidth: "40px",
    width: "48px",
    padding: "0 8px",
    "& pre": { opacity: 1, fontSize: "var(--text-small)" },
  },
  line: { fontSize: "var(--text)" },
  // An empty line that came or went is one, too: its colour is not that of a place without a line.
  diffAdded: { "&&": { background: "var(--added-line)" } },
  diffRemoved: { "&&": { background: "var(--removed-line)" } },
  marker: { width: "20px", paddingLeft: "4px", paddingRight: "4px" },
  codeFold: {
    fontSize: "var(--text-small)",
    fontWeight: 400,
    height: "24px",
    "& pre": { fontFamily: "var(--font-ui)" },
  },
};
