// Which programs of the desktop show, compare and edit files of a session.
import { useEffect, useState, type ReactElement } from "react";
import type { Tools } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";
import { escapeText } from "../../ui/escape.js";
import { ErrorNote } from "../../ui/state-panel.js";
import { useSettings } from "./settings-store.js";
import { TEXTS } from "../../../texts/settings.js";
import styles from "./settings-dialog.module.css";

export function ToolChoice(): ReactElement {
  const { viewer, comparer, editor } = useSettings();
  const { setTool } = useSettings.getState();
  const [tools, setTools] = useState<Tools>({ viewers: [], comparers: [] });
  const [error, setError] = useState<SeeError | null>(null);
  useEffect(() => {
    void see.tools().then((outcome) => {
      if (outcome.ok) setTools(outcome.value);
      else setError(outcome.error);
    });
  }, []);
  return (
    <section className={styles.tools}>
      <h2>{TEXTS.tools}</h2>
      <Choice
        label={TEXTS.viewer}
        usual={TEXTS.usualViewer}
        all={tools.viewers}
        value={viewer}
        onChange={(id) => setTool("viewer", id)}
      />
      <Choice
        label={TEXTS.comparer}
        usual={tools.comparers.length === 0 ? TEXTS.noComparer : TEXTS.usualComparer}
        all={tools.comparers}
        value={comparer}
        onChange={(id) => setTool("comparer", id)}
      />
      <Choice
        label={TEXTS.editor}
        usual={TEXTS.usualViewer}
        all={tools.viewers}
        value={editor}
        onChange={(id) => setTool("editor", id)}
      />
      <p>{TEXTS.toolsWhy}</p>
      {error !== null && <ErrorNote error={error} />}
    </section>
  );
}

interface ChoiceProps {
  label: string;
  /** What is taken when nothing is chosen. */
  usual: string;
  all: Tools["viewers"];
  value: string;
  onChange: (id: string) => void;
}

function Choice({ label, usual, all, value, onChange }: ChoiceProps): ReactElement {
  return (
    <label className={styles.row}>
      <span>{label}</span>
      <select className={styles.select} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{usual}</option>
        {value !== "" && all.every(({ id }) => id !== value) && (
          <option value={value}>{escapeText(value)}</option>
        )}
        {all.map(({ id, name }) => (
          <option key={id} value={id}>
            {escapeText(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
