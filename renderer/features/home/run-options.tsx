// The choices for a run beside its command, each with one plain sentence: those that matter most, and the rest folded.
import { useEffect, useRef, type ReactElement } from "react";
import { Segmented } from "../../ui/segmented.js";
import { Field } from "./field.js";
import { Detours, NetworkChoice, OpenPorts } from "./network-choice.js";
import { Option } from "./option.js";
import { ProfileChoice } from "./profile-choice.js";
import { RunSection } from "./run-section.js";
import { isOfOption } from "./run-request.js";
import { useRun } from "./run-store.js";
import { TEXTS as ADMINISTRATORS } from "../../../texts/administrators.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

/** What is typed, by what it is about. */
const FIELD_SECTIONS = [
  { label: TEXTS.sectionPlaces, names: ["hide", "show"] },
  { label: TEXTS.sectionLimits, names: ["quota", "floor", "memory", "processes"] },
] as const;

const WHOSE = ["own", "administrators"] as const;

/** One of a few, each with its own sentence on what it does. */
const ONE_OF = {
  display: {
    label: TEXTS.display,
    why: TEXTS.displayWhy,
    choices: {
      auto: TEXTS.displayAuto,
      none: TEXTS.displayNone,
      nested: TEXTS.displayNested,
      host: TEXTS.displayHost,
    },
  },
  clipboard: { label: TEXTS.clipboard, why: TEXTS.clipboardWhy, choices: TEXTS.clipboardChoices },
  reads: {
    label: TEXTS.reads,
    why: TEXTS.readsWhy,
    choices: { off: TEXTS.readsOff, opens: TEXTS.readsOpens, lookups: TEXTS.readsLookups },
  },
} as const;

interface RunOptionsProps {
  /** Whether the person's own helper is root's: then there is nobody else to ask. */
  isRoots: boolean;
}

export function RunOptions({ isRoots }: RunOptionsProps): ReactElement {
  const { name, asRoot, user, whose, error, edit } = useRun();
  const system = isRoots || whose === "administrators";
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOfOption(error)) group.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return (
    <div ref={group} className={styles.options} role="group" aria-label={TEXTS.options}>
      {!isRoots && <WhoseChoice />}
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
      {system && !asRoot && (
        <Option label={TEXTS.otherUser} why={TEXTS.otherUserWhy}>
          {(field) => (
            <input
              {...field}
              className={styles.text}
              value={user}
              placeholder={TEXTS.otherUserHint}
              onChange={(event) => edit({ user: event.target.value })}
            />
          )}
        </Option>
      )}
      <NetworkChoice />
      <OneOf name="display" />
      <div>
        <RunSection label={TEXTS.sectionPorts} names={["ports", "detours"]}>
          <OpenPorts />
          <Detours />
        </RunSection>
        {FIELD_SECTIONS.map(({ label, names }) => (
          <RunSection key={label} label={label} names={names}>
            {names.map((name) => (
              <Field key={name} name={name} />
            ))}
          </RunSection>
        ))}
        <RunSection label={TEXTS.sectionDevices} names={["clipboard", "gpu", "sound", "camera"]}>
          <OneOf name="clipboard" />
          <DeviceChoice />
        </RunSection>
        <RunSection label={TEXTS.sectionRecord} names={["reads"]}>
          <OneOf name="reads" />
        </RunSection>
      </div>
    </div>
  );
}

/** As oneself nobody is root: what was chosen for that goes with it. */
function WhoseChoice(): ReactElement {
  const { whose, edit } = useRun();
  return (
    <Option label={ADMINISTRATORS.rights} why={ADMINISTRATORS.whoseWhy[whose]} plain>
      {() => (
        <Segmented
          label={ADMINISTRATORS.rights}
          options={WHOSE.map((value) => ({ value, label: ADMINISTRATORS.whose[value] }))}
          value={whose}
          onChange={(chosen) =>
            edit({ whose: chosen, ...(chosen === "own" ? { asRoot: false, user: "" } : {}) })
          }
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

function OneOf({ name }: { name: keyof typeof ONE_OF }): ReactElement {
  const { edit, ...state } = useRun();
  const value: string = state[name];
  const { label, ...words } = ONE_OF[name];
  const why: Readonly<Record<string, string>> = words.why;
  return (
    <Option label={label} why={why[value] ?? ""} plain>
      {() => (
        <Segmented
          label={label}
          options={Object.entries(words.choices).map(([each, says]) => ({ value: each, label: says }))}
          value={value}
          onChange={(chosen) => edit({ [name]: chosen })}
        />
      )}
    </Option>
  );
}
