// The installed applications, by name, each run in a new session by one click.
import { useEffect, useState, type ReactElement } from "react";
import type { Application } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useHelper } from "../run/helper-store.js";
import { findApplications } from "./application-model.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import section from "./home-screen.module.css";
import styles from "./applications-panel.module.css";

export function ApplicationsPanel(): ReactElement {
  const [applications, setApplications] = useState<Application[] | null>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const [search, setSearch] = useState("");

  useEffect(() => {
    void see.applications().then((outcome) => {
      if (outcome.ok) setApplications(outcome.value);
      else setError(outcome.error);
    });
  }, []);

  const shown = applications === null ? [] : findApplications(applications, search);
  return (
    <section className={section.section} aria-label={TEXTS.applications}>
      <div className={section.heading}>
        <h2>{TEXTS.applications}</h2>
        {applications !== null && applications.length > 0 && (
          <input
            type="search"
            className={styles.search}
            aria-label={TEXTS.searchApplications}
            placeholder={TEXTS.searchApplications}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </div>
      {error !== null && <ErrorNote error={error} />}
      {error === null && applications === null && <Skeleton label={TEXTS.loadingApplications} rows={3} />}
      {applications?.length === 0 && <p className={styles.note}>{TEXTS.noApplications}</p>}
      {applications !== null && applications.length > 0 && shown.length === 0 && (
        <p className={styles.note}>{TEXTS.noMatch}</p>
      )}
      {shown.length > 0 && (
        <ul className={styles.grid}>
          {shown.map((application) => (
            <li key={application.id}>
              <ApplicationItem application={application} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ApplicationItem({ application }: { application: Application }): ReactElement {
  const starting = useRun((state) => state.starting);
  const ready = useHelper((state) => state.status.state === "ready");
  return (
    <button
      type="button"
      className={styles.item}
      disabled={starting || !ready}
      title={application.comment === undefined ? undefined : escapeText(application.comment)}
      onClick={() =>
        void useRun.getState().runCommand(application.command, null, application.terminal ? "none" : "nested")
      }
    >
      {application.icon === undefined ? (
        <span className={styles.stand}>
          <Icon name={application.terminal ? "terminal" : "apps"} size={14} />
        </span>
      ) : (
        <img src={application.icon} alt="" />
      )}
      <span className={styles.name}>{escapeText(application.name)}</span>
    </button>
  );
}
