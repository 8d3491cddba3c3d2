// Above the list of changes: what ClamAV says of the session, and the way to what it found.
import type { ReactElement } from "react";
import { pathKey } from "../../../protocol/src/path.js";
import { Button, IconButton } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { formatCount, formatMany } from "../../../texts/format.js";
import { Icon } from "../../ui/icon.js";
import { PathText } from "../../ui/path-text.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { pathParts } from "../changes/path-parts.js";
import { useReview } from "../changes/review-store.js";
import { TEXTS } from "../../../texts/viruses.js";
import { useViruses } from "./virus-store.js";
import styles from "./virus-bar.module.css";

export function VirusBar({ session }: { session: string }): ReactElement | null {
  const { session: of, ticket, result, error } = useViruses();
  const { scan, cancel, close } = useViruses.getState();
  if (of !== session || (ticket === null && result === null && error === null)) return null;
  return (
    <section className={styles.bar} aria-label={TEXTS.title}>
      {ticket !== null && (
        <div className={styles.line} role="status">
          <p>{TEXTS.looking}</p>
          <Button onClick={cancel}>{TEXTS.cancel}</Button>
        </div>
      )}
      {error !== null && (
        <ErrorNote
          error={error}
          actions={
            <>
              <Button onClick={() => void scan(session)}>{TEXTS.again}</Button>
              <Button onClick={close}>{TEXTS.close}</Button>
            </>
          }
        />
      )}
      {result !== null && (
        <>
          <div className={styles.line} role="status">
            <p>
              {result.findings.length === 0
                ? TEXTS.clean(formatMany(result.files, "file"))
                : TEXTS.found(
                    formatCount(result.findings.length + result.cut),
                    formatMany(result.files, "file"),
                  )}{" "}
              {result.skipped > 0 && TEXTS.skipped(formatMany(result.skipped, "file"))}
            </p>
            <IconButton icon="abort" label={TEXTS.close} onClick={close} />
          </div>
          <ul className={styles.findings}>
            {result.findings.map(({ path, path_bytes, name }) => {
              const at = path_bytes === undefined ? { path } : { path, path_bytes };
              return (
                <li key={pathKey(at)}>
                  <button
                    type="button"
                    className={styles.finding}
                    onClick={() => {
                      useReview.getState().setCurrent(pathParts(at));
                      useReview.getState().open(at);
                    }}
                  >
                    <Icon name="alert" size={12} />
                    <PathText path={at} />
                    <span className={styles.name}>{escapeText(name)}</span>
                  </button>
                </li>
              );
            })}
          </ul>
          {result.cut > 0 && <p>{TEXTS.cut(formatCount(result.cut))}</p>}
        </>
      )}
    </section>
  );
}
