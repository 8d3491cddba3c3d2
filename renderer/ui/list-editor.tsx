// A list of text, to look at and to change.
import { useEffect, useState, type ReactElement } from "react";
import { Button, IconButton } from "./button.js";
import { cx } from "./cx.js";
import { escapeText } from "./escape.js";
import type { ListStore } from "./list-store.js";
import { ErrorNote } from "./state-panel.js";
import line from "./typed-line.module.css";
import styles from "./list-editor.module.css";

export interface ListTexts {
  title: string;
  why: string;
  /** What is typed. */
  item: string;
  placeholder: string;
  add: string;
  remove: (item: string) => string;
}

export function ListEditor({ list, texts }: { list: ListStore; texts: ListTexts }): ReactElement {
  const { items, error } = list();
  const { load, add, remove } = list.getState();
  const [typed, setTyped] = useState("");
  useEffect(() => void load(), [load]);

  const submit = async (): Promise<void> => {
    const item = typed.trim();
    if (item !== "" && (await add(item))) setTyped("");
  };
  return (
    <section className={line.setting} aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <p>{texts.why}</p>
      {items !== null && items.length > 0 && (
        <ul className={styles.items}>
          {items.map((item) => (
            <li key={item}>
              <code>{escapeText(item)}</code>
              <IconButton
                icon="abort"
                label={texts.remove(escapeText(item))}
                onClick={() => void remove(item)}
              />
            </li>
          ))}
        </ul>
      )}
      <form
        className={cx(line.line, line.exact)}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <input
          aria-label={texts.item}
          placeholder={texts.placeholder}
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" disabled={typed.trim() === ""}>
          {texts.add}
        </Button>
      </form>
      {error !== null && <ErrorNote error={error} />}
    </section>
  );
}
