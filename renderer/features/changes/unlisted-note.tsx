// Which folders the list of changes does not hold whole. Says so before anybody takes it for all there is.
import type { ReactElement } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import { PathText } from "../../ui/path-text.js";
import { TEXTS } from "../../../texts/changes.js";
import { formatCount } from "../../../texts/format.js";
import type { Settled } from "./feed-reader.js";
import styles from "./unlisted-note.module.css";

export function UnlistedNote({ settled }: { settled: Settled | null }): ReactElement | null {
  const { unlisted = [], unlisted_more: more = 0 } = settled ?? {};
  if (unlisted.length === 0) return null;
  return (
    <div className={styles.note} role="status">
      <p>{TEXTS.unlisted}</p>
      <ul>
        {unlisted.map((path) => (
          <li key={pathKey(path)}>
            <PathText path={path} />
          </li>
        ))}
        {more > 0 && <li>{TEXTS.unlistedMore(formatCount(more))}</li>}
      </ul>
    </div>
  );
}
