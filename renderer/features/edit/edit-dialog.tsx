// A small editor for a text file of a session that has ended. What is saved is the session's version, nothing else.
import { useEffect, useState, type ReactElement } from "react";
import { SLICE_LIMIT } from "../../../protocol/src/content.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { see } from "../../see.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { decodeBase64, encodeBase64 } from "../../ui/escape.js";
import { PathText } from "../../ui/path-text.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorNote } from "../../ui/state-panel.js";
import { useDetail } from "../diff/detail-store.js";
import { hidesSomething } from "../diff/text-model.js";
import { fromEditable, fromLines, LONGEST, toEditable, toLines, type Editable } from "./edit-model.js";
import { TEXTS } from "../../../texts/edit.js";
import styles from "./edit-dialog.module.css";

interface EditDialogProps {
  session: string;
  path: PathRef;
  onClose: () => void;
}

/** Copies that are open in the person's own editor, by session and path: they outlive the dialog. */
const copies = new Map<string, string>();

type Opened =
  | { state: "reading" | "unfit" }
  | { state: "open"; editable: Editable; size: number; mtime: string }
  | { state: "failed"; error: SeeError };

export function EditDialog({ session, path, onClose }: EditDialogProps): ReactElement {
  const [opened, setOpened] = useState<Opened>({ state: "reading" });
  const [text, setText] = useState("");
  /** The text when the editor and this box had the same one last: what differs was typed here. */
  const [shared, setShared] = useState("");
  /** What would lose what was typed, once it was asked for: done when it is asked for again. */
  const [asked, setAsked] = useState<"take" | "leave" | null>(null);
  const place = JSON.stringify([session, path]);
  const [copy, setCopy] = useState<string | null>(copies.get(place) ?? null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<SeeError | null>(null);

  useEffect(() => {
    let gone = false;
    void open(session, path).then((next) => {
      if (gone) return;
      setOpened(next);
      if (next.state !== "open") return;
      setText(next.editable.text);
      setShared(next.editable.text);
    });
    return () => {
      gone = true;
    };
  }, [session, path]);

  const save = async (): Promise<void> => {
    if (opened.state !== "open" || busy) return;
    setBusy(true);
    const { editable, size, mtime } = opened;
    const content = encodeBase64(fromEditable(editable, text));
    const outcome = await see.edit({ session, ...path, content, size, mtime });
    setBusy(false);
    if (!outcome.ok) {
      setError(outcome.error);
      return;
    }
    copies.delete(place);
    void useDetail.getState().load(session, path);
    onClose();
  };
  const outside = async (editable: Editable): Promise<void> => {
    setError(null);
    const outcome = await see.editOutside(path.path, fromLines(editable, text));
    if (!outcome.ok) {
      setError(outcome.error);
      return;
    }
    copies.set(place, outcome.value);
    setCopy(outcome.value);
    setShared(text);
  };
  const take = async (from: string): Promise<void> => {
    setError(null);
    if (text !== shared && asked !== "take") {
      setAsked("take");
      return;
    }
    setAsked(null);
    const outcome = await see.editedOutside(from);
    const saved = outcome.ok ? toLines(outcome.value) : null;
    if (saved !== null) {
      setText(saved);
      setShared(saved);
    } else if (outcome.ok)
      setError({ code: "bad-request", message: TEXTS.unlike, hint: TEXTS.unlikeHint, own: true });
    else setError(outcome.error);
  };
  const changed = opened.state === "open" && text !== opened.editable.text;
  const leave = (): void => {
    if (changed && asked !== "leave") setAsked("leave");
    else onClose();
  };
  return (
    <Dialog
      title={TEXTS.title}
      wide
      closable={!busy}
      onClose={leave}
      onHurry={() => void save()}
      footer={
        <>
          {opened.state === "open" && (
            <Button disabled={busy} onClick={() => void outside(opened.editable)}>
              {TEXTS.outside}
            </Button>
          )}
          {opened.state === "open" && copy !== null && (
            <Button disabled={busy} onClick={() => void take(copy)}>
              {asked === "take" ? TEXTS.takeAnyway : TEXTS.take}
            </Button>
          )}
          <Button disabled={busy} onClick={leave}>
            {asked === "leave" ? TEXTS.leaveAnyway : TEXTS.cancel}
          </Button>
          <Button look="primary" disabled={!changed || busy} onClick={() => void save()}>
            {busy ? TEXTS.saving : TEXTS.save}
          </Button>
        </>
      }
    >
      <p>
        <PathText path={path} />
      </p>
      {opened.state === "reading" && <Skeleton label={TEXTS.loading} rows={6} />}
      {opened.state === "unfit" && (
        <EmptyPanel icon="file" title={TEXTS.unfit}>
          {TEXTS.unfitWhy}
        </EmptyPanel>
      )}
      {opened.state === "failed" && <ErrorNote error={opened.error} />}
      {opened.state === "open" && (
        <>
          <textarea
            data-first=""
            className={styles.text}
            aria-label={TEXTS.text}
            spellCheck={false}
            wrap="off"
            rows={18}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAsked(null);
            }}
          />
          <p role="status">
            {asked !== null ? TEXTS.typed[asked] : copy === null ? TEXTS.why : TEXTS.outsideWhy}
          </p>
          {hidesSomething(text) && <p role="note">{TEXTS.hides}</p>}
        </>
      )}
      {error !== null && <ErrorNote error={error} />}
    </Dialog>
  );
}

/** Reads the session's version whole, as it was when its size and time were told. */
async function open(session: string, path: PathRef): Promise<Opened> {
  const told = await see.describe({ session, ...path });
  if (!told.ok) return { state: "failed", error: told.error };
  const { after } = told.value;
  if (after?.type !== "file" || after.size > LONGEST) return { state: "unfit" };
  const slice = await see.content({ session, ...path, side: "after", offset: 0, length: SLICE_LIMIT });
  if (!slice.ok) return { state: "failed", error: slice.error };
  const editable = toEditable(decodeBase64(slice.value.data));
  if (editable === null) return { state: "unfit" };
  return { state: "open", editable, size: after.size, mtime: after.mtime };
}
