// Chooses a set of choices by name, keeps the present ones as a new set, drops one.
import { useState, type ReactElement } from "react";
import { Button, IconButton } from "../../ui/button.js";
import { useSettings } from "../settings/settings-store.js";
import { Option } from "./option.js";
import { BUILT_IN, choicesOf, matching } from "./profiles.js";
import { picked } from "./run-request.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./run-options.module.css";

export function ProfileChoice({ system }: { system: boolean }): ReactElement {
  const choices = useRun();
  const own = useSettings((state) => state.profiles);
  const { keepProfile, dropProfile } = useSettings.getState();
  const [naming, setNaming] = useState<string | null>(null);
  const all = [...BUILT_IN, ...own];
  const current = matching(all, choices, system);
  const title = naming?.trim() ?? "";
  const taken = BUILT_IN.some((profile) => profile.name === title);
  /** Whether there was more in it than can be kept. */
  const [long, setLong] = useState(false);
  const why = taken ? TEXTS.profileTaken : long ? TEXTS.profileLong : TEXTS.profileWhy;

  const keep = (): void => {
    if (title === "" || taken) return;
    const kept = keepProfile({ ...picked(choices), name: title });
    setLong(!kept);
    if (kept) setNaming(null);
  };
  return (
    <Option label={TEXTS.profile} why={why}>
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
