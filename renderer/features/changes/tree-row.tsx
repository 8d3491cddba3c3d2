// One row of the tree: a change or a folder, with its choice, its kind, its name and its sums.
import { pathKey } from "../../../protocol/src/path.js";
import { memo, type ReactElement, type ReactNode } from "react";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatBytes, formatCount } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { TEXTS as VIRUS_TEXTS } from "../../../texts/viruses.js";
import { useViruses } from "../viruses/virus-store.js";
import { ChoiceBox } from "./choice-box.js";
import { KindMark } from "./kind-mark.js";
import { kindOf } from "./kinds.js";
import { rowFacts, type RowFacts } from "./row-model.js";
import { splitChain } from "./path-parts.js";
import { TEXTS } from "../../../texts/changes.js";
import type { Matches } from "./filter-model.js";
import { nodeRef } from "./tree-model.js";
import type { Tree } from "./tree.js";
import styles from "./tree-row.module.css";

export interface TreeRowProps {
  tree: Tree;
  matches: Matches | null;
  /** Only there so that the row is drawn again when the tree has changed. */
  version: number;
  domId: string;
  row: number;
  id: number;
  head: number;
  /** Whether the row stands for its own change alone, and not for what lies below. */
  alone: boolean;
  depth: number;
  place: number;
  peers: number;
  top: number;
  canOpen: boolean;
  open: boolean;
  active: boolean;
  opened: boolean;
  fresh: boolean;
  readOnly: boolean;
}

export const TreeRow = memo(function TreeRow(props: TreeRowProps): ReactElement {
  const { tree, matches, id, head } = props;
  const facts = rowFacts(tree, id, head, matches, props.alone);
  const kind = kindOf(tree.kind[id]!);
  const virus = useViruses((state) =>
    state.names.size === 0 || kind === undefined ? undefined : state.names.get(pathKey(nodeRef(tree, id))),
  );
  const reasons =
    virus === undefined ? facts.reasons : [VIRUS_TEXTS.reason(escapeText(virus)), ...facts.reasons];
  return (
    <div
      id={props.domId}
      role="treeitem"
      aria-level={props.depth + 1}
      aria-setsize={props.peers}
      aria-posinset={props.place}
      aria-expanded={props.canOpen ? props.open : undefined}
      aria-selected={props.opened}
      aria-checked={props.readOnly ? undefined : facts.choice === "some" ? "mixed" : facts.choice === "all"}
      data-row={props.row}
      className={cx(
        styles.row,
        props.active && styles.active,
        props.opened && styles.opened,
        props.fresh && styles.fresh,
        facts.choice === "none" && styles.out,
        kind === "deleted" && styles.deleted,
      )}
      style={{ transform: `translateY(${props.top}px)`, "--depth": props.depth } as React.CSSProperties}
    >
      <span className={cx("spoken", styles.spoken)}>
        {virus === undefined ? facts.spoken : `${facts.spoken}, ${reasons[0]}`}
      </span>
      <span className={styles.sight} aria-hidden="true">
        <span
          // The element may stand for another row now: the sign of that one does not turn.
          key={id}
          className={styles.twisty}
          data-part="twisty"
          data-open={props.open && props.canOpen ? "" : undefined}
        >
          {props.canOpen && <Icon name="chevron" size={12} />}
        </span>
        {!props.readOnly && <ChoiceBox choice={facts.choice} />}
        {kind === undefined ? (
          <span className={styles.folder}>
            <Icon name="folder" size={14} />
          </span>
        ) : (
          <KindMark kind={kind} />
        )}
        <span className={cx(styles.name, props.alone && styles.whole)} title={facts.path}>
          <Place {...facts} />
        </span>
        {facts.type !== undefined && <span className={styles.type}>{facts.type}</span>}
        {facts.tags.map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
          </span>
        ))}
        {reasons.length > 0 && (
          <span className={styles.flag} title={reasons.join("\n")}>
            <Icon name="flag" size={14} />
          </span>
        )}
        {facts.from !== undefined && (
          <span className={styles.from} title={facts.from.path}>
            <span className={styles.arrow}>←</span>
            <Place {...facts.from} />
          </span>
        )}
        <span className={styles.end}>
          {facts.flagged > 0 && !props.open && (
            <span className={styles.flag} title={TEXTS.needLookBelow(formatCount(facts.flagged))}>
              <Icon name="flag" size={12} />
              {formatCount(facts.flagged)}
            </span>
          )}
          <Sums facts={facts} />
        </span>
      </span>
    </div>
  );
});

/** A name below its folders, which give way first, in the middle: where it begins stays, and what lies next to the name. */
function Place({ chain, name }: { chain: string; name: string }): ReactNode {
  const [start, middle] = splitChain(chain);
  return (
    <>
      {start !== "" && (
        <bdi dir="ltr" className={styles.start}>
          {start}
        </bdi>
      )}
      {middle !== "" && (
        <span className={styles.chain}>
          <bdi dir="ltr">{middle}</bdi>
        </span>
      )}
      <bdi dir="ltr" className={styles.last}>
        {name}
      </bdi>
    </>
  );
}

function Sums({ facts }: { facts: RowFacts }): ReactNode {
  if (facts.sums === undefined) return facts.size === undefined ? null : formatBytes(facts.size);
  const { created, changed, deleted } = facts.sums;
  return (
    <>
      {created > 0 && <span className={styles.plus}>+{formatCount(created)}</span>}
      {changed > 0 && <span className={styles.tilde}>~{formatCount(changed)}</span>}
      {deleted > 0 && <span className={styles.minus}>−{formatCount(deleted)}</span>}
    </>
  );
}
