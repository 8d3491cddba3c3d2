// A path on one line: cut in the middle when it does not fit, whole on hover. The name at its end stays.
import type { ReactElement } from "react";
import type { PathRef } from "../../protocol/src/path.js";
import { cx } from "./cx.js";
import { displayPath } from "./escape.js";
import styles from "./path-text.module.css";

export function PathText({ path, className }: { path: PathRef; className?: string }): ReactElement {
  const text = displayPath(path);
  const cut = Math.max(0, text.lastIndexOf("/"));
  return (
    <span className={cx(styles.path, className)} title={text}>
      <span className={cx(styles.head, styles.folder)}>
        <bdi dir="ltr">{text.slice(0, cut)}</bdi>
      </span>
      <span className={styles.tail}>
        <span className={styles.folder}>{text.slice(cut, cut + 1)}</span>
        <bdi dir="ltr">{text.slice(cut + 1)}</bdi>
      </span>
    </span>
  );
}
