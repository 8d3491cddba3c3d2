// What a commit does by itself and nobody has to decide: files that it joins, that change under other names, too, or that the ignore
// list leaves out.
import type { ReactElement } from "react";
import type { SharedFile } from "../../../protocol/src/commit.js";
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
  const { joined, joinedMore, ignored, ignoredMore, shared, sharedMore } = aside;
  if (joined.length === 0 && ignored.length === 0 && shared.length === 0) return null;
  const untold = Math.max(0, shared.length - FEW) + sharedMore;
  return (
    <div className={styles.notes}>
      {joined.length > 0 && (
        <div>
          <p>{TEXTS.joined(joined.length + joinedMore)}</p>
          <Paths paths={joined} more={joinedMore} />
        </div>
      )}
      {shared.length > 0 && (
        <div>
          <p>{TEXTS.shared(shared.length + sharedMore)}</p>
          {shared.slice(0, FEW).map((file) => (
            <Shared key={pathKey(file)} file={file} />
          ))}
          {untold > 0 && <p>{TEXTS.more(untold)}</p>}
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

/** One file, and its other names as far as they are known. */
function Shared({ file }: { file: SharedFile }): ReactElement {
  const { names = [], more = 0 } = file;
  return (
    <>
      <p>
        <PathText path={file} />
      </p>
      {names.length === 0 ? <p>{TEXTS.sharedCount(more)}</p> : <Paths paths={names} more={more} />}
    </>
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
