// The choices for a run beside its command, each with one plain sentence; and sets of them by name.
import { useState, type ReactElement } from "react";
import { Button, IconButton } from "../../ui/button.js";
import { Segmented } from "../../ui/segmented.js";
import { useSettings } from "../settings/settings-store.js";
import { NetworkChoice } from "./network-choice.js";
import { Option } from "./option.js";
import { BUILT_IN, choicesOf, matching } from "./profiles.js";
import { picked, wrongFields } from "./run-request.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "./texts.js";
import styles from "./run-options.module.css";

export function RunOptions({ system }: { system: boolean }): ReactElement {
  const choices = useRun();
  const { name, asRoot, hide, quota, memory, reads, display, edit } = choices;
  const wrong = wrongFields(choices);
  return (
    <div className={styles.options} role="group" aria-label={TEXTS.options}>
      <Profiles system={system} />
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
      <Option label={TEXTS.hide} why={TEXTS.hideWhy} wrong={wrong.includes("hide") && TEXTS.hideWrong}>
        {(field) => (
          <textarea
            {...field}
            className={styles.places}
            rows={2}
            value={hide}
            spellCheck={false}
            placeholder={TEXTS.hideHint}
            onChange={(event) => edit({ hide: event.target.value })}
          />
        )}
      </Option>
      <Option label={TEXTS.quota} why={TEXTS.quotaWhy} wrong={wrong.includes("quota") && TEXTS.sizeWrong}>
        {(field) => (
          <input
            {...field}
            className={`${styles.text} ${styles.size}`}
            value={quota}
            placeholder={TEXTS.quotaHint}
            onChange={(event) => edit({ quota: event.target.value })}
          />
        )}
      </Option>
      <Option label={TEXTS.memory} why={TEXTS.memoryWhy} wrong={wrong.includes("memory") && TEXTS.sizeWrong}>
        {(field) => (
          <input
            {...field}
            className={`${styles.text} ${styles.size}`}
            value={memory}
            placeholder={TEXTS.memoryHint}
            onChange={(event) => edit({ memory: event.target.value })}
          />
        )}
      </Option>
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
    </div>
  );
}

/** Chooses a set of choices by name, keeps the present ones as a new set, drops one. */
function Profiles({ system }: { system: boolean }): ReactElement {
  const choices = useRun();
  const own = useSettings((state) => state.profiles);
  const { keepProfile, dropProfile } = useSettings.getState();
  const [naming, setNaming] = useState<string | null>(null);
  const all = [...BUILT_IN, ...own];
  const current = matching(all, choices, system);
  const title = naming?.trim() ?? "";
  const taken = BUILT_IN.some((profile) => profile.name === title);

  const keep = (): void => {
    if (title === "" || taken) return;
    keepProfile({ ...picked(choices), name: title });
    setNaming(null);
  };
  return (
    <Option label={TEXTS.profile} why={taken ? TEXTS.profileTaken : TEXTS.profileWhy}>
      {(field) => (
        <div className={styles.line}>
          <select
            id={field.id}
            aria-describedby={field["aria-describedby"]}
            className={styles.select}
            value={current?.name ?? ""}
            onChange={(event) => {
              const chosen = all.find((profile) => profile.name === event.target.value);
              if (chosen !== undefined) choices.edit(choicesOf(chosen, system));
            }}
          >
            {current === null && <option value="">{TEXTS.profileOwn}</option>}
            {all.map((profile) => (
              <option key={profile.name} value={profile.name}>
                {profile.name}
              </option>
            ))}
          </select>
          {naming === null ? (
            current === null && (
              <Button look="quiet" icon="plus" onClick={() => setNaming("")}>
                {TEXTS.profileKeep}
              </Button>
            )
          ) : (
            <>
              <input
                className={styles.text}
                aria-label={TEXTS.profileName}
                aria-invalid={taken}
                placeholder={TEXTS.profileName}
                maxLength={64}
                value={naming}
                autoFocus
                onChange={(event) => setNaming(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter") return;
                  event.preventDefault();
                  keep();
                }}
              />
              <Button disabled={title === "" || taken} onClick={keep}>
                {TEXTS.profileSave}
              </Button>
            </>
          )}
          {current !== null && own.includes(current) && (
            <IconButton
              icon="abort"
              label={TEXTS.profileDrop(current.name)}
              onClick={() => dropProfile(current.name)}
            />
          )}
        </div>
      )}
    </Option>
  );
}
