// The changes of a commit as a list, however many: what goes, or what stays. Each can be put in or left out.
import { useEffect, useState, type ReactElement } from "react";
import { displayPath } from "../../ui/escape.js";
import { formatBytes } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { PathText } from "../../ui/path-text.js";
import { PickList } from "../../ui/pick-list.js";
import { KindMark } from "../changes/kind-mark.js";
import { kindOf, TYPES } from "../changes/kinds.js";
import { KIND_WORDS, TYPE_WORDS } from "../../../texts/kinds.js";
import { TEXTS } from "../../../texts/changes.js";
import { nodeRef } from "../changes/tree-model.js";
import type { Tree } from "../changes/tree.js";
import { rulesOf } from "../review/judge.js";
import styles from "./plan-list.module.css";

interface PlanListProps {
  tree: Tree;
  nodes: readonly number[];
  label: string;
  /** The one that is shown beside the list already, when it is one of them. */
  shown: number | undefined;
  /** Whether what is listed is part of the commit. */
  chosen: boolean;
  /** A word beside the path, when there is one to say. */
  tagOf: (id: number) => string | undefined;
  onToggle: (id: number) => void;
  onShow: (id: number) => void;
}

export function PlanList(props: PlanListProps): ReactElement {
  const { tree, nodes, label, shown, chosen, tagOf, onToggle, onShow } = props;
  const [wish, setWish] = useState(() => firstOf(tree, nodes, shown));
  const active = Math.min(wish, nodes.length - 1);
  const inHand = nodes[active];
  // The row in hand is the one that is shown, also when another one has come into its place.
  useEffect(() => {
    if (inHand !== undefined && inHand !== shown) onShow(inHand);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- what is shown follows the row, not the row what is shown
  }, [inHand]);
  const typeOf = (id: number): (typeof TYPES)[number] => TYPES[tree.type[id]!] ?? "file";
  const nameOf = (row: number): string => {
    const id = nodes[row]!;
    const kind = kindOf(tree.kind[id]!);
    const words = kind === undefined ? [] : [`${KIND_WORDS[kind]} ${TYPE_WORDS[typeOf(id)]}`];
    const tag = tagOf(id);
    const rules = rulesOf(tree.hints[id]!).map(({ name }) => name);
    if (rules.length > 0) words.push(TEXTS.needsLook(rules.join(", ")));
    return [displayPath(nodeRef(tree, id)), ...words, ...(tag === undefined ? [] : [tag])].join(", ");
  };
  return (
    <PickList
      label={label}
      count={nodes.length}
      active={active}
      onActive={(row) => {
        setWish(row);
        onShow(nodes[row]!);
      }}
      nameOf={nameOf}
      boxes={{ ticked: chosen, onToggle: (row) => onToggle(nodes[row]!) }}
    >
      {(row) => {
        const id = nodes[row]!;
        const kind = kindOf(tree.kind[id]!);
        const tag = tagOf(id);
        const reasons = rulesOf(tree.hints[id]!).map(({ reason }) => reason);
        return (
          <>
            {kind !== undefined && <KindMark kind={kind} />}
            <PathText path={nodeRef(tree, id)} className={styles.path} />
            {reasons.length > 0 && (
              <span className={styles.flag} title={reasons.join("\n")}>
                <Icon name="flag" size={14} />
              </span>
            )}
            {tag !== undefined && <span className={styles.tag}>{tag}</span>}
            {typeOf(id) === "file" && <span className={styles.size}>{formatBytes(tree.bytes[id]!)}</span>}
          </>
        );
      }}
    </PickList>
  );
}

/** Returns the row to begin with: what was looked at before, else what deserves a look. */
function firstOf(tree: Tree, nodes: readonly number[], shown: number | undefined): number {
  const before = shown === undefined ? -1 : nodes.indexOf(shown);
  return before >= 0
    ? before
    : Math.max(
        0,
        nodes.findIndex((id) => tree.hints[id] !== 0),
      );
}
