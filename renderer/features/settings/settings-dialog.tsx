// The settings: how the app looks.
import type { ReactElement } from "react";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { Segmented } from "../../ui/segmented.js";
import { IgnoreEditor } from "../commit/ignore-editor.js";
import { useSettings } from "./settings-store.js";
import { TEXTS } from "./texts.js";
import styles from "./settings-dialog.module.css";

export function SettingsDialog({ onClose }: { onClose: () => void }): ReactElement {
  const theme = useSettings((state) => state.theme);
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
      <IgnoreEditor />
    </Dialog>
  );
}
