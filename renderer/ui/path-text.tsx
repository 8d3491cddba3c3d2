// A path on one line: cut in the middle when it does not fit, whole on hover. The name at its end stays.
import type { ReactElement } from "react";
import type { PathRef } from "../../protocol/src/path.js";
import { cx } from "./cx.js";
import { displayPath } from "./escape.js";
import styles from "./path-text.module.css";

interface PathTextProps {
  path: PathRef;
  className?: string;
  /** What is told already: of a path in the same folder only the name is shown. */
  beside?: PathRef;
}

export function PathText({ path, className, beside }: PathTextProps): ReactElement {
  const text = displayPath(path);
  const folder = folderOf(text);
  const isTold = beside !== undefined && folderOf(displayPath(beside)) === folder;
  return (
    <span className={cx(styles.path, className)} title={text}>
      {!isTold && (
        <span className={cx(styles.head, styles.folder)}>
          <bdi dir="ltr">{folder.slice(0, -1)}</bdi>
        </span>
      )}
      <span className={styles.tail}>
        {!isTold && <span className={styles.folder}>{folder.slice(-1)}</span>}
        <bdi dir="ltr">{text.slice(folder.length)}</bdi>
      </span>
    </span>
  );
}

/** The folder of a path with its slash; empty where there is none. */
function folderOf(text: string): string {
  return text.slice(0, text.lastIndexOf("/") + 1);
}
