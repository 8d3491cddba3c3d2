// Tells an administrator's session apart from the person's own, where both are listed.
import type { ReactElement } from "react";
import { administratorsId } from "../../../protocol/src/stores.js";
import { TEXTS } from "../../../texts/administrators.js";
import { Icon } from "../../ui/icon.js";
import styles from "./whole-machine-mark.module.css";

interface WholeMachineMarkProps {
  /** A session's key, or a commit's. */
  of: string;
  /** Whether there is room for words. */
  words?: boolean;
}

export function WholeMachineMark({ of, words = false }: WholeMachineMarkProps): ReactElement | null {
  if (administratorsId(of) === null) return null;
  return (
    <span className={styles.mark} title={TEXTS.markWhy}>
      <Icon name="shield" size={12} />
      <span className={words ? undefined : "spoken"}>{TEXTS.mark}</span>
    </span>
  );
}
