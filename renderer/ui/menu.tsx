// A button with a list of actions below it. Arrow keys walk the list; Escape and a choice close it.
import { useId, useRef, type KeyboardEvent, type ReactElement } from "react";
import { IconButton } from "./button.js";
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
  const list = useRef<HTMLDivElement>(null);
  const anchor = `--menu-${id.replaceAll(/[^a-z0-9]/gi, "")}`;
  const onKeyDown = (event: KeyboardEvent): void => {
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
    <>
      <IconButton
        icon="more"
        label={label}
        aria-haspopup="menu"
        popoverTarget={id}
        style={{ anchorName: anchor } as React.CSSProperties}
      />
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className={styles.menu}
        style={{ positionAnchor: anchor } as React.CSSProperties}
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
              list.current?.hidePopover();
              run();
            }}
          >
            <Icon name={icon} size={14} />
            {words}
          </button>
        ))}
      </div>
    </>
  );
}
