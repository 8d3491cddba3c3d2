// The settings: how the app looks, what it tells, and where it is reached from, what
// commits leave out.
import { useEffect, useState, type ReactElement } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ListEditor } from "../../ui/list-editor.js";
import { Segmented } from "../../ui/segmented.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { IgnoreEditor } from "../commit/ignore-editor.js";
import { BackupLimit } from "../history/backup-limit.js";
import { useAlwaysHidden } from "./hidden-store.js";
import { ToolChoice } from "./tool-choice.js";
import { useSettings } from "./settings-store.js";
import { TEXTS } from "../../../texts/settings.js";
import styles from "./settings-dialog.module.css";

export function SettingsDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { theme, notify, notifyWarnings, trouble } = useSettings();
  return (
    <Dialog
      title={TEXTS.title}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          {TEXTS.done}
        </Button>
      }
    >
      {trouble !== null && <ErrorNote error={trouble} />}
      <div className={styles.row}>
        <span>{TEXTS.theme}</span>
        <Segmented
          label={TEXTS.theme}
          options={[
            { value: "system", label: TEXTS.system },
            { value: "light", label: TEXTS.light },
            { value: "dark", label: TEXTS.dark },
          ]}
          value={theme}
          onChange={useSettings.getState().setTheme}
        />
      </div>
      <p>{TEXTS.contrast}</p>
      <Switch
        label={TEXTS.notify}
        why={TEXTS.notifyWhy}
        on={notify}
        onChange={(on) => useSettings.getState().setNotify("notify", on)}
      />
      <Switch
        label={TEXTS.notifyWarnings}
        why={TEXTS.notifyWarningsWhy}
        on={notifyWarnings}
        onChange={(on) => useSettings.getState().setNotify("notifyWarnings", on)}
      />
      <IntegrationSwitch />
      <div className={styles.parts}>
        <ToolChoice />
        <ListEditor list={useAlwaysHidden} texts={TEXTS.hidden} />
        <IgnoreEditor />
        <BackupLimit />
      </div>
    </Dialog>
  );
}

/** “Open in Alcatraz” in file managers; the state is that of the person's own files. */
function IntegrationSwitch(): ReactElement {
  const [on, setOn] = useState<boolean | null>(null);
  const [error, setError] = useState<SeeError | null>(null);
  const [busy, setBusy] = useState(true);
  const take = (asked: ReturnType<typeof see.integration>): void => {
    setBusy(true);
    void asked.then((outcome) => {
      setBusy(false);
      setError(outcome.ok ? null : outcome.error);
      if (outcome.ok) setOn(outcome.value);
    });
  };
  useEffect(() => take(see.integration()), []);
  return (
    <>
      <Switch
        label={TEXTS.integration}
        why={TEXTS.integrationWhy}
        on={on === true}
        disabled={busy || on === null}
        onChange={(wanted) => take(see.setIntegration(wanted))}
      />
      {error !== null && <ErrorNote error={error} />}
    </>
  );
}

interface SwitchProps {
  label: string;
  why: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

function Switch({ label, why, on, disabled = false, onChange }: SwitchProps): ReactElement {
  return (
    <label className={styles.switch}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {label}
        <small>{why}</small>
      </span>
    </label>
  );
}
