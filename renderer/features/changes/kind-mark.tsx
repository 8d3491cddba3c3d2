// The small square that says what kind a change is: a letter in the kind's colour; the word on hover.
import type { ReactElement } from "react";
import type { ChangeKind } from "../../../protocol/src/change.js";
import { cx } from "../../ui/cx.js";
import { KIND_LETTERS } from "./kinds.js";
import { KIND_WORDS } from "../../../texts/kinds.js";
import styles from "./kind-mark.module.css";

export function KindMark({ kind }: { kind: ChangeKind }): ReactElement {
  return (
    <span className={cx(styles.mark, styles[kind])} title={KIND_WORDS[kind]} aria-hidden="true">
      {KIND_LETTERS[kind]}
    </span>
  );
}
