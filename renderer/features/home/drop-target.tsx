// The whole window takes a dropped file and runs it in a new session, in the file's own folder.
import { useEffect, useState, type ReactElement } from "react";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { commandFor, folderOf } from "./opener-model.js";
import { useRun } from "./run-store.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./drop-target.module.css";

export function DropTarget(): ReactElement | null {
  const [over, setOver] = useState(false);

  useEffect(() => {
    let depth = 0;
    const carriesFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    // A dialog waits for an answer: nothing starts behind it.
    const blocked = (): boolean => document.querySelector("dialog[open]") !== null;
    const enter = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(!blocked());
    };
    const leave = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      depth = Math.max(0, depth - 1);
      setOver(depth > 0 && !blocked());
    };
    const hover = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      if (blocked() && event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (blocked()) return;
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) void runFile(see.droppedPath(file));
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("drop", drop);
    };
  }, []);

  return over ? <div className={styles.veil}>{TEXTS.drop}</div> : null;
}

/** Runs the file; Home shows the command, so that it can be mended when it does not start. */
async function runFile(path: string): Promise<void> {
  if (path === "") return;
  useRoute.getState().go({ name: "home" });
  const sort = await see.sortOf(path);
  await useRun.getState().runLine(commandFor(path, sort.ok ? sort.value : "other"), folderOf(path));
}
