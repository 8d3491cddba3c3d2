// The choices for a run beside its command, each with one plain sentence: those that matter most, and the rest folded.
import type { ReactElement } from "react";
import { Clipboard } from "../../../protocol/src/session.js";
import { Segmented } from "../../ui/segmented.js";
import { Field } from "./field.js";
import { Detours, NetworkChoice, OpenPorts } from "./network-choice.js";
import { Option } from "./option.js";
import { ProfileChoice } from "./profile-choice.js";
import { RunSection } from "./run-section.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

export function RunOptions({ system }: { system: boolean }): ReactElement {
  const { name, asRoot, display, edit } = useRun();
  return (
    <div className={styles.options} role="group" aria-label={TEXTS.options}>
      <ProfileChoice system={system} />
      <Option label={TEXTS.sessionName} why={TEXTS.sessionNameWhy}>
        {(field) => (
          <input
            {...field}
            className={styles.text}
            value={name}
            placeholder={TEXTS.sessionNameHint}
            onChange={(event) => edit({ name: event.target.value })}
          />
        )}
      </Option>
      {system && (
        <Option label={TEXTS.user} why={TEXTS.asRootWhy} plain>
          {(field) => (
            <label className={styles.line}>
              <input
                aria-describedby={field["aria-describedby"]}
                type="checkbox"
                checked={asRoot}
                onChange={(event) => edit({ asRoot: event.target.checked })}
              />
              {TEXTS.asRoot}
            </label>
          )}
        </Option>
      )}
      <NetworkChoice />
      <Option label={TEXTS.display} why={TEXTS.displayWhy[display]} plain>
        {() => (
          <Segmented
            label={TEXTS.display}
            options={[
              { value: "auto", label: TEXTS.displayAuto },
              { value: "none", label: TEXTS.displayNone },
              { value: "nested", label: TEXTS.displayNested },
              { value: "host", label: TEXTS.displayHost },
            ]}
            value={display}
            onChange={(value) => edit({ display: value })}
          />
        )}
      </Option>
      <div>
        <RunSection label={TEXTS.sectionPorts} names={["ports", "detours"]}>
          <OpenPorts />
          <Detours />
        </RunSection>
        <RunSection label={TEXTS.sectionPlaces} names={["hide", "show"]}>
          <Field
            name="hide"
            label={TEXTS.hide}
            why={TEXTS.hideWhy}
            wrong={TEXTS.hideWrong}
            hint={TEXTS.hideHint}
          />
          <Field
            name="show"
            label={TEXTS.show}
            why={TEXTS.showWhy}
            wrong={TEXTS.hideWrong}
            hint={TEXTS.showHint}
          />
        </RunSection>
        <RunSection label={TEXTS.sectionLimits} names={["quota", "floor", "memory", "processes"]}>
          <Field
            name="quota"
            label={TEXTS.quota}
            why={TEXTS.quotaWhy}
            wrong={TEXTS.sizeWrong}
            hint={TEXTS.quotaHint}
          />
          <Field
            name="floor"
            label={TEXTS.floor}
            why={TEXTS.floorWhy}
            wrong={TEXTS.sizeWrong}
            hint={TEXTS.usualHint}
          />
          <Field
            name="memory"
            label={TEXTS.memory}
            why={TEXTS.memoryWhy}
            wrong={TEXTS.sizeWrong}
            hint={TEXTS.usualHint}
          />
          <Field
            name="processes"
            label={TEXTS.processes}
            why={TEXTS.processesWhy}
            wrong={TEXTS.processesWrong}
            hint={TEXTS.processesHint}
          />
        </RunSection>
        <RunSection label={TEXTS.sectionDevices} names={["clipboard", "gpu", "sound", "camera"]}>
          <ClipboardChoice />
          <DeviceChoice />
        </RunSection>
        <RunSection label={TEXTS.sectionRecord} names={["reads"]}>
          <ReadsChoice />
        </RunSection>
      </div>
    </div>
  );
}

function ClipboardChoice(): ReactElement {
  const { clipboard, edit } = useRun();
  return (
    <Option label={TEXTS.clipboard} why={TEXTS.clipboardWhy[clipboard]} plain>
      {() => (
        <Segmented
          label={TEXTS.clipboard}
          options={Clipboard.options.map((value) => ({ value, label: TEXTS.clipboardChoices[value] }))}
          value={clipboard}
          onChange={(value) => edit({ clipboard: value })}
        />
      )}
    </Option>
  );
}

function DeviceChoice(): ReactElement {
  const { edit, ...choices } = useRun();
  return (
    <Option label={TEXTS.devices} why={TEXTS.devicesWhy} plain>
      {(field) => (
        <div className={styles.line}>
          {(["gpu", "sound", "camera"] as const).map((device) => (
            <label key={device} className={styles.line}>
              <input
                type="checkbox"
                aria-describedby={field["aria-describedby"]}
                checked={choices[device]}
                onChange={(event) => edit({ [device]: event.target.checked })}
              />
              {TEXTS.deviceNames[device]}
            </label>
          ))}
        </div>
      )}
    </Option>
  );
}

function ReadsChoice(): ReactElement {
  const { reads, edit } = useRun();
  return (
    <Option label={TEXTS.reads} why={TEXTS.readsWhy[reads]} plain>
      {() => (
        <Segmented
          label={TEXTS.reads}
          options={[
            { value: "off", label: TEXTS.readsOff },
            { value: "opens", label: TEXTS.readsOpens },
            { value: "lookups", label: TEXTS.readsLookups },
          ]}
          value={reads}
          onChange={(value) => edit({ reads: value })}
        />
      )}
    </Option>
  );
}
