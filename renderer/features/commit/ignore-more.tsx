// Puts a pattern that fits a path into the ignore list, so that files like it are left out of commits from now on.
import { useState, type ReactElement } from "react";
import type { PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";
import { suggestions } from "./ignore-model.js";
import { useIgnore } from "./ignore-store.js";
import styles from "./ignore-list.module.css";

interface IgnoreMoreProps {
  path: PathRef;
  onIgnored: () => void;
}

export function IgnoreMore({ path, onIgnored }: IgnoreMoreProps): ReactElement | null {
  const [open, setOpen] = useState(false);
  const error = useIgnore((state) => state.error);
  const patterns = suggestions(path);
  if (patterns.length === 0) return null;
  if (!open) {
    return (
      <Button look="quiet" aria-expanded={false} onClick={() => setOpen(true)}>
        {TEXTS.ignoreMore}
      </Button>
    );
  }
  const add = async (pattern: string): Promise<void> => {
    if (await useIgnore.getState().add(pattern)) onIgnored();
  };
  return (
    <div className={styles.offer} role="group" aria-label={TEXTS.ignoreTitle}>
      <span>{TEXTS.ignoreTitle}</span>
      {patterns.map((pattern) => (
        <Button key={pattern} title={TEXTS.ignoreWhy} onClick={() => void add(pattern)}>
          <code>{escapeText(pattern)}</code>
        </Button>
      ))}
      {error !== null && <ErrorNote error={error} />}
    </div>
  );
}
