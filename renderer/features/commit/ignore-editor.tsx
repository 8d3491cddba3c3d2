// The ignore list, to look at and to change.
import { useEffect, useState, type ReactElement } from "react";
import { Button, IconButton } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useIgnore } from "./ignore-store.js";
import { TEXTS } from "./texts.js";
import styles from "./ignore-list.module.css";

export function IgnoreEditor(): ReactElement {
  const { patterns, error } = useIgnore();
  const { load, add, remove } = useIgnore.getState();
  const [typed, setTyped] = useState("");
  useEffect(() => void load(), [load]);

  const submit = async (): Promise<void> => {
    const pattern = typed.trim();
    if (pattern !== "" && (await add(pattern))) setTyped("");
  };
  return (
    <section className={styles.editor} aria-label={TEXTS.ignoreTitle}>
      <h2>{TEXTS.ignoreTitle}</h2>
      <p>{TEXTS.ignoreWhy}</p>
      {patterns !== null && patterns.length > 0 && (
        <ul className={styles.patterns}>
          {patterns.map((pattern) => (
            <li key={pattern}>
              <code>{escapeText(pattern)}</code>
              <IconButton
                icon="abort"
                label={TEXTS.ignoreRemove(escapeText(pattern))}
                onClick={() => void remove(pattern)}
              />
            </li>
          ))}
        </ul>
      )}
      <form
        className={styles.add}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <input
          aria-label={TEXTS.ignorePattern}
          placeholder={TEXTS.ignorePlaceholder}
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" disabled={typed.trim() === ""}>
          {TEXTS.ignoreAdd}
        </Button>
      </form>
      {error !== null && <ErrorNote error={error} />}
    </section>
  );
}
