// What a commit does by itself and nobody has to decide: files that it joins, files that the ignore list leaves out.
import type { ReactElement } from "react";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { PathText } from "../../ui/path-text.js";
import type { Aside } from "./commit-model.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import styles from "./aside-notes.module.css";

/** So many paths are told one by one. */
const FEW = 4;

interface AsideNotesProps {
  aside: Aside;
  onInclude: (paths: readonly PathRef[]) => void;
}

export function AsideNotes({ aside, onInclude }: AsideNotesProps): ReactElement | null {
  const { joined, joinedMore, ignored, ignoredMore } = aside;
  if (joined.length === 0 && ignored.length === 0) return null;
  return (
    <div className={styles.notes}>
      {joined.length > 0 && (
        <div>
          <p>{TEXTS.joined(joined.length + joinedMore)}</p>
          <Paths paths={joined} more={joinedMore} />
        </div>
      )}
      {ignored.length > 0 && (
        <div>
          <p>{TEXTS.ignored(ignored.length + ignoredMore)}</p>
          <Paths paths={ignored} more={ignoredMore} />
          <Button onClick={() => onInclude(ignored)}>{TEXTS.include}</Button>
        </div>
      )}
    </div>
  );
}

function Paths({ paths, more }: { paths: readonly PathRef[]; more: number }): ReactElement {
  const left = paths.length - FEW + more;
  return (
    <ul>
      {paths.slice(0, FEW).map((path) => (
        <li key={pathKey(path)}>
          <PathText path={path} />
        </li>
      ))}
      {left > 0 && <li>{TEXTS.more(left)}</li>}
    </ul>
  );
}
