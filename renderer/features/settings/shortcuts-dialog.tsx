// The list of keys.
import type { ReactElement } from "react";
import { Dialog } from "../../ui/dialog.js";
import { Keys } from "../../ui/keys.js";
import { TEXTS } from "../../../texts/settings.js";
import styles from "./settings-dialog.module.css";

export function ShortcutsDialog({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <Dialog title={TEXTS.shortcuts} onClose={onClose}>
      {TEXTS.groups.map((group) => (
        <section key={group.title} className={styles.group}>
          <h2>{group.title}</h2>
          {group.keys.map(([keys, what]) => (
            <div key={what} className={styles.key}>
              <span>{what}</span>
              <Keys keys={keys} />
            </div>
          ))}
        </section>
      ))}
    </Dialog>
  );
}
