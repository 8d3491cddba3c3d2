// Home: run something, go on with a session, see what this machine can enforce.
import { useEffect, useState, type ReactElement } from "react";
import type { Sample } from "../../../protocol/src/bridge.js";
import { see } from "../../see.js";
import { Button, IconButton } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { Icon } from "../../ui/icon.js";
import { TEXTS as RUN_TEXTS } from "../../../texts/run.js";
import { useSettings } from "../settings/settings-store.js";
import { ApplicationsPanel } from "./applications-panel.js";
import { DoctorPanel } from "./doctor-panel.js";
import { RunForm } from "./run-form.js";
import { useRun } from "./run-store.js";
import { SessionsPanel } from "./sessions-panel.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./home-screen.module.css";

export function HomeScreen(): ReactElement {
  const sidebar = useSettings((state) => state.sidebar);
  return (
    <div className={styles.screen}>
      {!sidebar && (
        <IconButton
          className={styles.reopen}
          icon="sidebar"
          label={RUN_TEXTS.showSidebar}
          onClick={useSettings.getState().toggleSidebar}
        />
      )}
      <div className={styles.column}>
        <header>
          <h1>{TEXTS.title}</h1>
          <p className={styles.lead}>{TEXTS.lead}</p>
        </header>
        <RunForm />
        <SampleCard />
        <SessionsPanel />
        <ApplicationsPanel />
        <DoctorPanel />
      </div>
    </div>
  );
}

function SampleCard(): ReactElement | null {
  const [sample, setSample] = useState<Sample | null>(null);
  const starting = useRun((state) => state.starting);
  useEffect(() => {
    void see.sample().then((outcome) => setSample(outcome.ok ? outcome.value : null));
  }, []);
  if (sample === null) return null;

  const run = (): void => {
    void useRun.getState().runLine(sample.command, sample.cwd);
  };
  return (
    <section className={styles.sample} aria-label={TEXTS.sampleTitle}>
      <Icon name="play" size={20} />
      <div>
        <h2>{TEXTS.sampleTitle}</h2>
        <p>{TEXTS.sampleWhy}</p>
        <code>{escapeText(sample.command)}</code>
      </div>
      <Button disabled={starting} onClick={run}>
        {TEXTS.sampleRun}
      </Button>
    </section>
  );
}
