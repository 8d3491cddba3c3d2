// Above the tree: text that paths must hold, and the kinds to show, each with its count.
import type { ReactElement, RefObject } from "react";
import { Button, IconButton } from "../../ui/button.js";
import { GroupBy } from "../groups/group-by.js";
import { escapeText } from "../../ui/escape.js";
import { formatCount } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { isFiltering, NO_FILTER, type Matches } from "./filter-model.js";
import { KindMark } from "./kind-mark.js";
import { kindCode, KINDS } from "./kinds.js";
import { KIND_WORDS } from "../../../texts/kinds.js";
import { useReview } from "./review-store.js";
import { TEXTS } from "../../../texts/changes.js";
import { chooseShown, setAllOpen } from "./tree-actions.js";
import { ROOT, type Tree } from "./tree.js";
import styles from "./filter-bar.module.css";

interface FilterBarProps {
  session: string;
  tree: Tree;
  /** What the filter shows; null: everything. */
  matches: Matches | null;
  readOnly: boolean;
  input: RefObject<HTMLInputElement | null>;
  onLeave: () => void;
}

export function FilterBar({
  session,
  tree,
  matches,
  readOnly,
  input,
  onLeave,
}: FilterBarProps): ReactElement {
  const filter = useReview((state) => state.filter);
  const { setFilter } = useReview.getState();
  const kinds = KINDS.filter(
    (kind) => tree.kindCounts[kindCode(kind)]! > 0 || filter.kinds.has(kindCode(kind)),
  );

  const toggleKind = (code: number): void => {
    const next = new Set(filter.kinds);
    if (!next.delete(code)) next.add(code);
    setFilter({ ...filter, kinds: next });
  };
  return (
    <div className={styles.bar}>
      <div className={styles.line}>
        <div className={styles.search}>
          <Icon name="search" size={14} />
          <input
            ref={input}
            className={styles.input}
            aria-label={TEXTS.filter}
            placeholder={TEXTS.filter}
            value={filter.text}
            spellCheck={false}
            onChange={(event) => setFilter({ ...filter, text: event.target.value })}
            onKeyDown={(event) => {
              // Ctrl-Enter commits, here too.
              if (event.ctrlKey || event.metaKey) return;
              if (event.key === "Escape" && filter.text !== "") setFilter({ ...filter, text: "" });
              else if (event.key === "Escape" || event.key === "ArrowDown" || event.key === "Enter")
                onLeave();
              else return;
              event.preventDefault();
              event.stopPropagation();
            }}
          />
          {isFiltering(filter) && (
            <IconButton icon="abort" label={TEXTS.clearFilter} onClick={() => setFilter(NO_FILTER)} />
          )}
        </div>
        <GroupBy session={session} />
      </div>
      {filter.maker !== null && (
        <div className={styles.maker}>
          <span className={styles.makerName}>{TEXTS.madeBy(escapeText(filter.maker.program))}</span>
          <IconButton
            icon="abort"
            label={TEXTS.madeByAnyone}
            onClick={() => setFilter({ ...filter, maker: null })}
          />
        </div>
      )}
      {matches !== null && <Fitting tree={tree} matches={matches} readOnly={readOnly} />}
      <div className={styles.chips} role="group" aria-label={TEXTS.kinds}>
        {kinds.map((kind) => {
          const code = kindCode(kind);
          return (
            <button
              key={kind}
              type="button"
              className={styles.chip}
              aria-pressed={filter.kinds.has(code)}
              title={KIND_WORDS[kind]}
              onClick={() => toggleKind(code)}
            >
              <KindMark kind={kind} />
              <span>
                <span className="spoken">{KIND_WORDS[kind]} </span>
                {formatCount(tree.kindCounts[code]!)}
              </span>
            </button>
          );
        })}
        <span className={styles.tools}>
          <IconButton icon="expand" label={TEXTS.expandAll} onClick={() => setAllOpen(tree, true)} />
          <IconButton icon="collapse" label={TEXTS.collapseAll} onClick={() => setAllOpen(tree, false)} />
        </span>
      </div>
    </div>
  );
}

interface FittingProps {
  tree: Tree;
  matches: Matches;
  readOnly: boolean;
}

/** How much the filter shows, and all of that in or out at once. */
function Fitting({ tree, matches, readOnly }: FittingProps): ReactElement {
  const shown = matches.total[ROOT]!;
  const chosen = matches.chosen[ROOT] === shown;
  return (
    <div className={styles.fitting}>
      <span role="status">{TEXTS.shownOf(formatCount(shown), formatCount(tree.total[ROOT]!))}</span>
      {!readOnly && shown > 0 && (
        <Button look="quiet" onClick={() => chooseShown(tree, matches, !chosen)}>
          {chosen ? TEXTS.leaveShownOut : TEXTS.putShownIn}
        </Button>
      )}
    </div>
  );
}
