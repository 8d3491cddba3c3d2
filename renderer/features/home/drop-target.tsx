// The whole window takes dropped files, and runs what can be run in a new session.
import { useEffect, useState, type ReactElement } from "react";
import { see } from "../../see.js";
import { isDialogOpen } from "../../ui/open-dialogs.js";
import { takeFiles } from "./take-files.js";
import { TEXTS } from "../../../texts/home.js";
import styles from "./drop-target.module.css";

export function DropTarget(): ReactElement | null {
  const [over, setOver] = useState(false);

  useEffect(() => {
    let depth = 0;
    const carriesFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      depth += 1;
      setOver(!isDialogOpen());
    };
    const leave = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      depth = Math.max(0, depth - 1);
      setOver(depth > 0 && !isDialogOpen());
    };
    const hover = (event: DragEvent): void => {
      if (!carriesFile(event)) return;
      event.preventDefault();
      if (isDialogOpen() && event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (isDialogOpen()) return;
      const files = [...(event.dataTransfer?.files ?? [])];
      // What has no path is no file of this machine's.
      void takeFiles(
        files.map((file) => see.droppedPath(file)).filter((path) => path !== ""),
        true,
      );
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
