// Says that the helper is gone, why, and offers the way back. On every screen, as nothing works without it.
import type { ReactElement } from "react";
import { Button } from "../../ui/button.js";
import { errorText } from "../../../texts/errors.js";
import { escapeSentence } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { useHelper } from "./helper-store.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./helper-gone-bar.module.css";

export function HelperGoneBar(): ReactElement | null {
  const status = useHelper((state) => state.status);
  const restarting = useHelper((state) => state.restarting);
  if (status.state !== "gone") return null;
  const { title, what, next } = errorText(status.error);
  return (
    <div className={styles.bar} role="alert">
      <Icon name="alert" />
      <p>
        <strong>{title}.</strong> {escapeSentence(`${what} ${next}`)}
      </p>
      <Button icon="restart" disabled={restarting} onClick={() => void useHelper.getState().restart()}>
        {restarting ? TEXTS.helperRestarting : TEXTS.helperRestart}
      </Button>
    </div>
  );
}
