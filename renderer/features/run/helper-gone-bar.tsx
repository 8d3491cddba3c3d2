// Says that a helper is gone, why, and offers the way back. On every screen: without the person's own nothing works, and without
// the administrator's nothing of the whole machine.
import type { ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { TEXTS as ADMINISTRATORS } from "../../../texts/administrators.js";
import { errorText } from "../../../texts/errors.js";
import { Button } from "../../ui/button.js";
import { escapeSentence } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { useAdministrators } from "./administrators-store.js";
import { useHelper } from "./helper-store.js";
import { TEXTS } from "../../../texts/run.js";
import styles from "./helper-gone-bar.module.css";

export function HelperGoneBar(): ReactElement | null {
  const status = useHelper((state) => state.status);
  const restarting = useHelper((state) => state.restarting);
  if (status.state !== "gone") return null;
  return (
    <Gone title={errorText(status.error).title} error={status.error}>
      <Button icon="restart" disabled={restarting} onClick={() => void useHelper.getState().restart()}>
        {restarting ? TEXTS.helperRestarting : TEXTS.helperRestart}
      </Button>
    </Gone>
  );
}

export function AdministratorsGoneBar(): ReactElement | null {
  const status = useAdministrators((state) => state.status);
  if (status.state !== "gone") return null;
  return (
    <Gone title={ADMINISTRATORS.gone} error={status.error}>
      <Button icon="restart" onClick={() => void useAdministrators.getState().show()}>
        {ADMINISTRATORS.again}
      </Button>
    </Gone>
  );
}

interface GoneProps {
  title: string;
  error: SeeError;
  children: ReactElement;
}

function Gone({ title, error, children }: GoneProps): ReactElement {
  const { what, next } = errorText(error);
  return (
    <div className={styles.bar} role="alert">
      <Icon name="alert" />
      <p>
        <strong>{title}.</strong> {escapeSentence(`${what} ${next}`)}
      </p>
      {children}
    </div>
  );
}
