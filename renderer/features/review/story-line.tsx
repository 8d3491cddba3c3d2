// What happened, in a sentence of plain words.
import { useMemo, type ReactElement } from "react";
import type { View } from "../changes/use-outline.js";
import { story } from "./story-model.js";
import { TEXTS } from "../../../texts/review.js";
import styles from "./story-line.module.css";

export function StoryLine({ view }: { view: View }): ReactElement | null {
  // The tree is changed in place; a new view says that it has.
  const parts = useMemo(() => story(view.tree), [view]);
  if (parts.length === 0) return null;
  const text = parts.join("; ");
  return (
    <p className={styles.story} aria-label={TEXTS.story} title={text} role="note">
      {text.charAt(0).toUpperCase() + text.slice(1)}.
    </p>
  );
}
