// Leaves a change, and what is like it, out of every commit from now on: which pattern, and what it means.
import { useState, type ReactElement } from "react";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { Dialog } from "../../ui/dialog.js";
import { displayPath, escapeText } from "../../ui/escape.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { suggestions } from "./ignore-model.js";
import { useIgnore } from "./ignore-store.js";
import { TEXTS } from "../../../texts/commit.js";
import line from "../../ui/typed-line.module.css";
import styles from "./ignore-list.module.css";

export function IgnoreDialog({ path, onClose }: { path: PathRef; onClose: () => void }): ReactElement {
  const patterns = suggestions(path);
  const [pattern, setPattern] = useState(patterns[0] ?? "");
  const [busy, setBusy] = useState(false);
  const error = useIgnore((state) => state.error);
  const add = async (): Promise<void> => {
    setBusy(true);
    const added = await useIgnore.getState().add(pattern.trim());
    setBusy(false);
    if (added) onClose();
  };
  return (
    <Dialog
      key={pathKey(path)}
      title={CONFLICT_TEXTS.ignoreDialog}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{TEXTS.cancel}</Button>
          <Button
            look="primary"
            disabled={busy || pattern.trim() === ""}
            autoFocus
            onClick={() => void add()}
          >
            {CONFLICT_TEXTS.ignoreAdd}
          </Button>
        </>
      }
    >
      <p className={styles.of}>{displayPath(path)}</p>
      <div role="radiogroup" aria-label={CONFLICT_TEXTS.ignorePattern} className={styles.choices}>
        {patterns.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="ignore-pattern"
              checked={pattern === each}
              onChange={() => setPattern(each)}
            />
            <code>{escapeText(each)}</code>
          </label>
        ))}
      </div>
      {patterns.length === 0 && <p>{CONFLICT_TEXTS.ignoreNone}</p>}
      <div className={cx(line.line, line.exact)}>
        <input
          aria-label={CONFLICT_TEXTS.ignorePattern}
          spellCheck={false}
          value={pattern}
          onChange={(event) => setPattern(event.target.value)}
        />
      </div>
      <p>{TEXTS.ignore.why}</p>
      {error !== null && <ErrorNote error={error} />}
    </Dialog>
  );
}
