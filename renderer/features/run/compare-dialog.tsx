// How the results of two sessions differ, path by path.
import type { ReactElement } from "react";
import type { Comparison, Difference } from "../../../protocol/src/commit.js";
import { pathKey } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { PathText } from "../../ui/path-text.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { TEXTS } from "./texts.js";
import styles from "./retry-bar.module.css";

const WORDS: Readonly<Record<Difference, string>> = {
  kind: "kind of change",
  type: "type",
  content: "content",
  mode: "permissions",
  owner: "owner",
  xattrs: "attributes",
};

export function CompareDialog({
  comparison,
  onClose,
}: {
  comparison: Comparison;
  onClose: () => void;
}): ReactElement {
  const { same, first, second, differing, cut } = comparison;
  const rows = [
    ...differing.map((path) => ({
      path,
      what: TEXTS.differs(path.differences.map((difference) => WORDS[difference]).join(", ")),
    })),
    ...first.map((path) => ({ path, what: TEXTS.onlyFirst })),
    ...second.map((path) => ({ path, what: TEXTS.onlySecond })),
  ];
  return (
    <Dialog
      title={TEXTS.compareTitle}
      wide
      onClose={onClose}
      footer={
        <Button look="primary" autoFocus onClick={onClose}>
          {TEXTS.compareDone}
        </Button>
      }
    >
      {rows.length === 0 ? (
        <EmptyPanel icon="check" title={TEXTS.allSame(same)} />
      ) : (
        <>
          <p>{TEXTS.compareLead(rows.length + cut, same)}</p>
          <ul className={styles.list} tabIndex={0} aria-label={TEXTS.compareTitle}>
            {rows.map(({ path, what }) => (
              <li key={pathKey(path)}>
                <PathText path={path} />
                <span>{what}</span>
              </li>
            ))}
            {cut > 0 && <li>{TEXTS.compareCut(cut)}</li>}
          </ul>
        </>
      )}
    </Dialog>
  );
}
