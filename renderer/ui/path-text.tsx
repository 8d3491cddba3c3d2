// A path on one line: cut in the middle when it does not fit, whole on hover. The name at its end stays.
import type { ReactElement } from "react";
import type { PathRef } from "../../protocol/src/path.js";
import { cx } from "./cx.js";
import { displayPath } from "./escape.js";
import styles from "./path-text.module.css";

export function PathText({ path, className }: { path: PathRef; className?: string }): ReactElement {
  const text = displayPath(path);
  const cut = text.lastIndexOf("/") + 1;
  return (
    <span className={cx(styles.path, className)} title={text}>
      <span className={cx(styles.head, styles.folder)}>
        <bdi dir="ltr">{text.slice(0, cut)}</bdi>
      </span>
      <span className={styles.tail}>
        <bdi dir="ltr">{text.slice(cut)}</bdi>
      </span>
    </span>
  );
}
