// A modal dialog on the browser's own <dialog>: it keeps the focus inside and gives it back when it closes.
import { useId, useLayoutEffect, useRef, type ReactElement, type ReactNode } from "react";
import { IconButton } from "./button.js";
import { cx } from "./cx.js";
import { TEXTS } from "../../texts/ui.js";
import { useOpenDialogs } from "./open-dialogs.js";
import styles from "./dialog.module.css";

interface DialogProps {
  title: string;
  /** Called when the person wants to leave: Escape, the cross, or a button of the caller's. */
  onClose: () => void;
  /** While false, the dialog cannot be left: work is under way that must not be interrupted. */
  closable?: boolean;
  wide?: boolean;
  /** As large as the window allows: a screen of its own. Its body does not scroll by itself. */
  full?: boolean;
  /** Called on Ctrl-Enter. */
  onHurry?: () => void;
  footer?: ReactNode;
  children: ReactNode;
}

export function Dialog({
  title,
  onClose,
  closable = true,
  wide,
  full,
  onHurry,
  footer,
  children,
}: DialogProps): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();

  // In the layout effect: its end comes before the element goes, and the browser gives the focus back only to who is still there.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null || dialog.open) return;
    dialog.showModal();
    // The browser would take the first button; React keeps "autofocus" to itself.
    dialog.querySelector<HTMLElement>("[data-first]")?.focus();
    const gone = useOpenDialogs.getState().opened();
    return () => {
      dialog.close();
      gone();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      className={cx(styles.dialog, wide === true && styles.wide, full === true && styles.full)}
      aria-labelledby={heading}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.repeat) onHurry?.();
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (closable) onClose();
      }}
      onClose={() => {
        // The browser lets a second Escape in a row through without asking. What is on the screen is ours to say.
        if (ref.current === null || ref.current.open) return;
        ref.current.showModal();
        if (closable) onClose();
      }}
    >
      <div className={styles.head}>
        <h1 id={heading}>{title}</h1>
        <IconButton icon="abort" label={TEXTS.close} disabled={!closable} onClick={onClose} />
      </div>
      <div className={styles.body}>{children}</div>
      {footer !== undefined && <div className={styles.foot}>{footer}</div>}
    </dialog>
  );
}
