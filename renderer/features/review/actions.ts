// What can be done with the change in hand and with all changes of a session. Menus and the palette offer the same.
import type { ExportForm, OpenOutside } from "../../../protocol/src/bridge.js";
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import type { Session } from "../../../protocol/src/session.js";
import { TEXTS as EDIT_TEXTS } from "../../../texts/edit.js";
import { TEXTS as NOTE_TEXTS } from "../../../texts/notes.js";
import { TEXTS } from "../../../texts/review.js";
import { TEXTS as VIRUS_TEXTS } from "../../../texts/viruses.js";
import { see } from "../../see.js";
import type { MenuItem } from "../../ui/menu.js";
import { useNotes } from "../notes/notes-store.js";
import { useViruses } from "../viruses/virus-store.js";
import { orSay, useAsked } from "./asked-store.js";

export interface FileSides {
  before: boolean;
  after: boolean;
}

/** Returns of which sides a description has files; none while there is no description. */
export function filesOf(description: Description | null): FileSides {
  return { before: isFile(description?.before), after: isFile(description?.after) };
}

export interface ChangeInHand {
  session: string;
  path: PathRef;
  /** Of which sides there is a file. */
  files: FileSides;
  /** Whether the session has ended: only then can its files be changed. */
  atRest: boolean;
}

/** Returns what can be done with a change beside looking at it: other programs, an edit, a note. */
export function changeActions({ session, path, files, atRest }: ChangeInHand): MenuItem[] {
  const open = (what: OpenOutside["what"]) => (): void =>
    void orSay(TEXTS.notOpened, see.openOutside({ session, ...path, what }));
  const { before, after } = files;
  const item = (label: string, icon: MenuItem["icon"], run: () => void): MenuItem => ({ label, icon, run });
  return [
    ...(after ? [item(TEXTS.openAfter, "open", open("after"))] : []),
    ...(before ? [item(TEXTS.openBefore, "open", open("before"))] : []),
    ...(before && after ? [item(TEXTS.compareOutside, "copy", open("both"))] : []),
    ...(after && atRest
      ? [item(EDIT_TEXTS.edit, "edit", () => useAsked.getState().ask({ what: "edit", session, path }))]
      : []),
    item(NOTE_TEXTS.note, "note", () => useNotes.getState().ask(path)),
  ];
}

/** Returns what can be done with a session as a whole: taken along as a file, noted on, looked through by a scanner. */
export function sessionActions({ id, state }: Session): MenuItem[] {
  const write = (form: ExportForm) => async (): Promise<void> => {
    const outcome = await orSay(TEXTS.notExported, see.exportChanges(id, form));
    if (outcome.ok && outcome.value !== null)
      useAsked.getState().ask({ what: "exported", form, file: outcome.value });
  };
  const scan = {
    label: VIRUS_TEXTS.scan,
    icon: "shield",
    run: () => void useViruses.getState().scan(id),
  } as const;
  return [
    { label: TEXTS.exportTar, icon: "save", run: () => void write("tar")() },
    { label: TEXTS.exportPatch, icon: "save", run: () => void write("patch")() },
    { label: NOTE_TEXTS.sessionNote, icon: "note", run: () => useNotes.getState().ask(null) },
    ...(state === "finished" ? [scan] : []),
  ];
}

function isFile(facts: SideFacts | undefined): boolean {
  return facts?.type === "file";
}
