// Lists of actions: below a button, or at a point of the window. Arrow keys walk the list; Escape and a choice close it.
import {
  useId,
  useLayoutEffect,
  useRef,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
} from "react";
import { IconButton } from "./button.js";
import { cx } from "./cx.js";
import { Icon, type IconName } from "./icon.js";
import styles from "./menu.module.css";

export interface MenuItem {
  label: string;
  icon: IconName;
  run: () => void;
}

interface MenuProps {
  label: string;
  items: readonly MenuItem[];
}

export function Menu({ label, items }: MenuProps): ReactElement {
  const id = useId();
  const anchor = `--menu-${id.replaceAll(/[^a-z0-9]/gi, "")}`;
  return (
    <>
      <IconButton
        icon="more"
        label={label}
        aria-haspopup="menu"
        popoverTarget={id}
        style={{ anchorName: anchor } as CSSProperties}
      />
      <MenuList
        popover="auto"
        id={id}
        label={label}
        items={items}
        style={{ positionAnchor: anchor } as CSSProperties}
      />
    </>
  );
}

interface ContextMenuProps extends MenuProps {
  /** Where in the window it was asked for. */
  at: { x: number; y: number };
  onClose: () => void;
}

/** A menu at a point, open as long as it is there. What had the focus has it again afterwards. */
export function ContextMenu({ label, items, at, onClose }: ContextMenuProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const list = place.current?.querySelector<HTMLElement>("[popover]");
    if (list === null || list === undefined) return;
    const before = document.activeElement;
    list.showPopover();
    // Beside the point where there is room, else above and before it.
    const { width, height } = list.getBoundingClientRect();
    list.style.left = `${Math.max(0, Math.min(at.x, window.innerWidth - width))}px`;
    list.style.top = `${at.y + height > window.innerHeight ? Math.max(0, at.y - height) : at.y}px`;
    list.querySelector("button")?.focus();
    const leave = (event: Event): void => {
      if (!(event.target instanceof Node && list.contains(event.target))) onClose();
    };
    window.addEventListener("pointerdown", leave, true);
    window.addEventListener("blur", onClose);
    window.addEventListener("resize", onClose);
    return () => {
      window.removeEventListener("pointerdown", leave, true);
      window.removeEventListener("blur", onClose);
      window.removeEventListener("resize", onClose);
      if (list.contains(document.activeElement) && before instanceof HTMLElement) before.focus();
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- for each menu that is asked for there is a new one of these
  }, []);
  return (
    <div ref={place}>
      {/* "manual": the release of the button that opened it would close any other kind. */}
      <MenuList popover="manual" label={label} items={items} className={styles.free} onLeave={onClose} />
    </div>
  );
}

interface MenuListProps extends MenuProps {
  id?: string;
  className?: string | undefined;
  style?: CSSProperties;
  popover: "auto" | "manual";
  /** Called when something was chosen, or nothing shall be; a list that closes by itself needs it not. */
  onLeave?: () => void;
}

function MenuList({ id, label, items, className, style, popover, onLeave }: MenuListProps): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const leave = onLeave ?? ((): void => list.current?.hidePopover());
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape" || event.key === "Tab") {
      leave();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const all = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = all.indexOf(event.target as HTMLButtonElement);
    const steps: Partial<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1 + all.length,
      Home: 0,
      End: all.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    all[to % all.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={list}
      id={id}
      popover={popover}
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className={cx(styles.menu, className)}
      style={style}
      onKeyDown={onKeyDown}
      onToggle={(event) => {
        if (event.newState === "open") list.current?.querySelector("button")?.focus();
      }}
    >
      {items.map(({ label: words, icon, run }) => (
        <button
          key={words}
          type="button"
          role="menuitem"
          className={styles.item}
          onClick={() => {
            leave();
            run();
          }}
        >
          <Icon name={icon} size={14} />
          {words}
        </button>
      ))}
    </div>
  );
}
