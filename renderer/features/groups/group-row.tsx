// The head of a group of changes: its choice, what it is, how many there are.
import type { ReactElement } from "react";
import { cx } from "../../ui/cx.js";
import { escapeText } from "../../ui/escape.js";
import { formatCount, formatMany } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { ChoiceBox } from "../changes/choice-box.js";
import { CHOICE_WORDS } from "../changes/row-model.js";
import type { Choice } from "../changes/selection-model.js";
import row from "../changes/tree-row.module.css";
import type { Group } from "./group-model.js";
import styles from "./group-row.module.css";

interface GroupRowProps {
  group: Group;
  domId: string;
  row: number;
  place: number;
  peers: number;
  /** Where it stands; undefined: at the top of the list, while its changes are in sight. */
  top: number | undefined;
  open: boolean;
  active: boolean;
  readOnly: boolean;
}

export function GroupRow(props: GroupRowProps): ReactElement {
  const { group, open, readOnly } = props;
  const count = group.members.length;
  const choice: Choice = group.chosen === 0 ? "none" : group.chosen === count ? "all" : "some";
  const title = escapeText(group.title);
  const spoken = [title, group.note, formatMany(count, "change"), CHOICE_WORDS[choice]];
  return (
    <div
      id={props.domId}
      role="treeitem"
      aria-level={1}
      aria-setsize={props.peers}
      aria-posinset={props.place}
      aria-expanded={open}
      aria-selected={false}
      aria-checked={readOnly ? undefined : choice === "some" ? "mixed" : choice === "all"}
      data-row={props.row}
      className={cx(
        row.row,
        styles.head,
        props.top === undefined && styles.stuck,
        props.active && cx(row.active, styles.active),
      )}
      style={
        {
          transform: props.top === undefined ? undefined : `translateY(${props.top}px)`,
          "--depth": 0,
        } as React.CSSProperties
      }
    >
      <span className={cx("spoken", row.spoken)}>{spoken.filter((word) => word !== "").join(", ")}</span>
      <span className={row.sight} aria-hidden="true">
        <span className={row.twisty} data-part="twisty" data-open={open ? "" : undefined}>
          <Icon name="chevron" size={12} />
        </span>
        {!readOnly && <ChoiceBox choice={choice} />}
        <span className={styles.title} title={title}>
          <bdi dir="ltr">{title}</bdi>
        </span>
        {group.note !== "" && <span className={row.tag}>{group.note}</span>}
        <span className={row.end}>{formatCount(count)}</span>
      </span>
    </div>
  );
}
