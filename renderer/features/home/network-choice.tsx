// How far the network of what is about to be run reaches, and which of its ports this machine can reach.
import type { ReactElement } from "react";
import { Net } from "../../../protocol/src/net.js";
import { Segmented } from "../../ui/segmented.js";
import { readDetours, readPorts } from "./network-model.js";
import { Option } from "./option.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

const OPTIONS = Net.options.map((value) => ({ value, label: TEXTS.networkChoices[value] }));

export function NetworkChoice(): ReactElement {
  const { net, lan, edit } = useRun();
  return (
    <Option label={TEXTS.network} why={TEXTS.networkWhy[net]} plain>
      {() => (
        <div className={styles.line}>
          <Segmented
            label={TEXTS.network}
            options={OPTIONS}
            value={net}
            onChange={(value) => edit({ net: value })}
          />
          {net !== "none" && (
            <label className={styles.line} title={TEXTS.lanWhy}>
              <input
                type="checkbox"
                checked={lan}
                onChange={(event) => edit({ lan: event.target.checked })}
              />
              {TEXTS.lan}
            </label>
          )}
        </div>
      )}
    </Option>
  );
}

export function OpenPorts(): ReactElement {
  const { ports, edit } = useRun();
  const redirect = readPorts(ports);
  return (
    <Option
      label={TEXTS.ports}
      why={TEXTS.portsWhy}
      wrong={"wrong" in redirect && TEXTS.wrongPorts(redirect.wrong)}
    >
      {(field) => (
        <input
          {...field}
          className={styles.text}
          value={ports}
          placeholder={TEXTS.portsHint}
          spellCheck={false}
          onChange={(event) => edit({ ports: event.target.value })}
        />
      )}
    </Option>
  );
}

export function Detours(): ReactElement {
  const { detours, edit } = useRun();
  const connect = readDetours(detours);
  return (
    <Option
      label={TEXTS.detours}
      why={TEXTS.detoursWhy}
      wrong={"wrong" in connect && TEXTS.wrongDetours(connect.wrong)}
    >
      {(field) => (
        <input
          {...field}
          className={`${styles.text} ${styles.long}`}
          value={detours}
          placeholder={TEXTS.detoursHint}
          spellCheck={false}
          onChange={(event) => edit({ detours: event.target.value })}
        />
      )}
    </Option>
  );
}
