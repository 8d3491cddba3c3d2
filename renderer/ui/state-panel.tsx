// The calm screens of a pane that has nothing to show: empty, and error (what, why, next step).
import type { ReactElement, ReactNode } from "react";
import type { SeeError } from "../../protocol/src/errors.js";
import { cx } from "./cx.js";
import { errorText, SAID, NOTHING_RUN } from "../../texts/errors.js";
import { displayPath, escapeSentence } from "./escape.js";
import { Icon, type IconName } from "./icon.js";
import styles from "./state-panel.module.css";

interface EmptyPanelProps {
  icon: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

export function EmptyPanel({ icon, title, children, actions }: EmptyPanelProps): ReactElement {
  return (
    <div className={styles.panel}>
      <span className={styles.mark}>
        <Icon name={icon} size={20} />
      </span>
      <p className={styles.title}>{title}</p>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

interface ErrorPanelProps {
  error: SeeError;
  actions?: ReactNode;
}

/** Fills a pane that cannot show its content. */
export function ErrorPanel({ error, actions }: ErrorPanelProps): ReactElement {
  return (
    <div className={cx(styles.panel, styles.bad)} role="alert">
      <span className={styles.mark}>
        <Icon name="alert" size={20} />
      </span>
      <ErrorText error={error} />
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** Says an error inside a form or a dialog. */
export function ErrorNote({ error, actions }: ErrorPanelProps): ReactElement {
  return (
    <div className={styles.inline} role="alert">
      <Icon name="alert" />
      <div>
        <ErrorText error={error} />
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}

function ErrorText({ error }: { error: SeeError }): ReactElement {
  const { title, what, next, said, isTold, isRefusal } = errorText(error);
  return (
    <>
      <p className={styles.title}>{title}</p>
      {what !== "" && <p className="selectable">{escapeSentence(what)}</p>}
      {error.path !== undefined && (
        <p className={cx(styles.path, "selectable")}>
          {displayPath({
            path: error.path,
            ...(error.path_bytes === undefined ? {} : { path_bytes: error.path_bytes }),
          })}
        </p>
      )}
      <p className="selectable">
        {isRefusal && `${NOTHING_RUN} `}
        {escapeSentence(next)}
      </p>
      {said !== undefined && (
        <details className={styles.said} open={isTold}>
          <summary>{SAID}</summary>
          <p className="selectable">{escapeSentence(said)}</p>
        </details>
      )}
    </>
  );
}
