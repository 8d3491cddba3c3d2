// How far the network of what is about to be run reaches, and which of its ports this machine can reach.
import type { ReactElement } from "react";
import { Net } from "../../../protocol/src/net.js";
import { escapeText } from "../../ui/escape.js";
import { Segmented } from "../../ui/segmented.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "./texts.js";
import form from "./run-form.module.css";
import styles from "./network-choice.module.css";

const OPTIONS = Net.options.map((value) => ({ value, label: TEXTS.networkChoices[value] }));

export function NetworkChoice(): ReactElement {
  const { net, lan, ports } = useRun();
  const { edit } = useRun.getState();
  return (
    <div className={styles.network}>
      <div className={form.option}>
        {TEXTS.network}
        <Segmented
          label={TEXTS.network}
          options={OPTIONS}
          value={net}
          onChange={(value) => edit({ net: value })}
        />
        <span className={form.hint}>{TEXTS.networkWhy[net]}</span>
      </div>
      {net !== "none" && (
        <label className={form.option}>
          <input type="checkbox" checked={lan} onChange={(event) => edit({ lan: event.target.checked })} />
          {TEXTS.lan}
          <span className={form.hint}>{TEXTS.lanWhy}</span>
        </label>
      )}
      <label className={form.option} title={TEXTS.portsWhy}>
        {TEXTS.ports}
        <input
          className={form.text}
          value={ports}
          placeholder={escapeText(TEXTS.portsHint)}
          spellCheck={false}
          onChange={(event) => edit({ ports: event.target.value })}
        />
      </label>
    </div>
  );
}
