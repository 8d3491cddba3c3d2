// The tree of changes: virtual rows, one focus, the keyboard of a tree. Holds the place while rows come and go.
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactElement,
} from "react";
import { ContextMenu } from "../../ui/menu.js";
import { GroupRow } from "../groups/group-row.js";
import { useGrouping } from "../groups/grouping-store.js";
import { useFeed } from "./feed-store.js";
import { groupAt, rowOf, rowOfGroup, rowOpening } from "./outline-model.js";
import { pathParts } from "./path-parts.js";
import { rowMenu, type RowMenu } from "./row-menu.js";
import { isPressed, type Press } from "./row-press.js";
import { useReview } from "./review-store.js";
import { TEXTS } from "../../../texts/changes.js";
import { runTreeAction } from "./tree-actions.js";
import { findByName, treeAction } from "./tree-keys.js";
import { placeOf, scrolledTo } from "./tall-list.js";
import { TreeRow } from "./tree-row.js";
import { findNode } from "./tree-model.js";
import type { Tree } from "./tree.js";
import type { View } from "./use-outline.js";
import { useRowWindow } from "./use-row-window.js";
import styles from "./change-tree.module.css";

const ROW = 24;
/** Rows younger than this fade in, once the first reading is over. */
const FRESH_MS = 150;
/** Letters typed within this time make one word. */
const TYPING_MS = 700;

interface ChangeTreeProps {
  view: View;
  readOnly: boolean;
  /** Whether parts can be thrown away now. */
  mayDiscard: boolean;
}

export function ChangeTree({ view, readOnly, mayDiscard }: ChangeTreeProps): ReactElement {
  const { tree, outline, matches } = view;
  const version = useFeed((state) => state.version);
  const settled = useFeed((state) => state.settled);
  const { toggles, current, group, opened } = useReview();
  const by = useGrouping((state) => state.by);
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", at: 0 });
  const press = useRef<(Press & { tree: Tree }) | null>(null);
  const session = useFeed((state) => state.session);
  const [menu, setMenu] = useState<(RowMenu & { at: { x: number; y: number }; asked: number }) | null>(null);

  const currentId = current === null ? undefined : findNode(tree, current);
  const currentRow = currentId === undefined ? -1 : rowOf(tree, outline, currentId);
  const active = group === null ? currentRow : rowOfGroup(outline, group);
  const openedId = opened === null ? undefined : findNode(tree, pathParts(opened));

  const rows = useRowWindow({
    scroller,
    count: outline.length,
    idOf: (row) => outline.ids[row]!,
    height: ROW,
    covered: outline.groups === undefined ? 0 : ROW,
    // The row in hand stays in the page wherever one scrolls: the focus is on it. So does the head of the group in sight.
    kept: (top) => [active, headAbove(outline, top)],
  });
  const head = headAbove(outline, rows.top);
  useHeldPlace(scroller, view, active, settled !== null);

  // Wherever the person goes, by keys here or from elsewhere, the row is in sight. News do not scroll.
  const scrollTo = useRef(rows.scrollTo);
  scrollTo.current = rows.scrollTo;
  const activeRow = useRef(active);
  activeRow.current = active;
  useEffect(() => {
    if (activeRow.current !== -1) scrollTo.current(activeRow.current, "sight");
  }, [current, group]);
  // Grouped otherwise, the list begins anew: at what is in hand, else at its top.
  useLayoutEffect(() => {
    scrollTo.current(Math.max(0, activeRow.current), activeRow.current === -1 ? "top" : "sight");
  }, [by]);

  const act = (action: ReturnType<typeof treeAction>): void => {
    if (action === undefined) return;
    runTreeAction(action, view, { readOnly, mayDiscard });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 1);
    const place = { tree, outline, matches, toggles, row: active, page };
    const now = event.timeStamp;
    const typing = now - typed.current.at < TYPING_MS && typed.current.text !== "";
    if (event.key === " " && typing) {
      type(" ", now);
    } else {
      const action = treeAction(event.key, place);
      if (action !== undefined) {
        typed.current = { text: "", at: 0 };
        act(action);
      } else if (event.key.length === 1 && (typing || !RESERVED.has(event.key))) type(event.key, now);
      else return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const type = (letter: string, now: number): void => {
    const fresh = now - typed.current.at >= TYPING_MS;
    const text = fresh ? letter : typed.current.text + letter;
    typed.current = { text, at: now };
    const row = findByName(tree, outline, fresh ? active + 1 : active, text);
    if (row !== -1) act({ do: "go", row });
  };

  const onPointerDown = (event: PointerEvent): void => {
    const on = event.isPrimary && event.button === 0 ? rowAt(event) : undefined;
    const { pointerId: pointer, clientX: x, clientY: y } = event;
    press.current = on === undefined ? null : { pointer, x, y, tree, id: idAt(on), part: partAt(event) };
  };

  // At the end of the press and not with the click: that has no row when another one has come in between.
  const onPointerUp = (event: PointerEvent): void => {
    const began = press.current;
    press.current = null;
    // A tree that was read anew meanwhile has other nodes: what was pressed is not known in it.
    if (began === null || began.tree !== tree) return;
    const on = rowAt(event);
    const { pointerId: pointer, clientX: x, clientY: y } = event;
    if (!isPressed(began, { pointer, x, y, id: on === undefined ? undefined : idAt(on) })) return;
    const row = outline.ids.subarray(0, outline.length).indexOf(began.id);
    if (row !== -1) actOn(row, began.part);
  };

  // What no pointer made, but a screen reader for instance.
  const onClick = (event: MouseEvent): void => {
    const row = rowAt(event);
    const isOfPointer = (event.nativeEvent as globalThis.PointerEvent).pointerId >= 0;
    if (row !== undefined && !isOfPointer) actOn(row, partAt(event));
  };

  const idAt = (row: number): number => outline.ids[row]!;

  const actOn = (row: number, part: string | undefined): void => {
    const id = idAt(row);
    const opening = rowOpening({ tree, outline, matches, toggles }, row);
    act({ do: "go", row });
    if (part === "choice") act({ do: "choose", row });
    else if (opening !== undefined && (part === "twisty" || id < 0 || tree.kind[id] === 0)) {
      act({ do: opening ? "close" : "open", row });
    } else if (tree.kind[id] !== 0) act({ do: "show", row });
  };

  const onContextMenu = (event: MouseEvent): void => {
    // A finger that was held has asked for the menu, and presses nothing.
    press.current = null;
    const on = rowAt(event);
    // By the keyboard it is asked for where the focus is: then it is about the row in hand.
    const row = on ?? active;
    const menu = row < 0 || session === null ? null : rowMenu(view, row, session, { readOnly, mayDiscard });
    if (menu === null) return;
    event.preventDefault();
    act({ do: "go", row });
    const box = document.getElementById(rowDomId(idAt(row)))?.getBoundingClientRect();
    const at =
      on !== undefined || box === undefined ? event : { clientX: box.left + ROW, clientY: box.bottom };
    setMenu({ ...menu, at: { x: at.clientX, y: at.clientY }, asked: event.timeStamp });
  };

  const now = performance.now();
  return (
    <>
      <div
        ref={scroller}
        className={styles.tree}
        role="tree"
        tabIndex={0}
        aria-label={TEXTS.tree}
        aria-multiselectable="true"
        aria-activedescendant={active === -1 ? undefined : rowDomId(idAt(active))}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerUp={onPointerUp}
        onPointerCancel={() => (press.current = null)}
        onClick={onClick}
        onContextMenu={onContextMenu}
        onFocus={() => {
          if (active === -1 && outline.length > 0) act({ do: "go", row: 0 });
        }}
      >
        <div className={styles.canvas} style={{ height: rows.height }} role="presentation">
          {rows.rows.map(({ row, key, at }) => {
            const id = outline.ids[row]!;
            const opening = rowOpening({ tree, outline, matches, toggles }, row);
            const group = groupAt(outline, row);
            if (group !== undefined) {
              return (
                <GroupRow
                  key={`group ${group.key}`}
                  group={group}
                  domId={rowDomId(id)}
                  row={row}
                  place={outline.places[row]!}
                  peers={outline.peers[row]!}
                  top={row === head ? undefined : at}
                  open={opening === true}
                  active={row === active}
                  readOnly={readOnly}
                />
              );
            }
            return (
              <TreeRow
                key={key}
                tree={tree}
                matches={matches}
                version={version}
                domId={rowDomId(id)}
                row={row}
                id={id}
                head={outline.heads[row]!}
                alone={outline.groups !== undefined}
                depth={outline.depths[row]!}
                place={outline.places[row]!}
                peers={outline.peers[row]!}
                top={at}
                canOpen={opening !== undefined}
                open={opening === true}
                active={row === active}
                opened={openedId === id}
                fresh={settled !== null && now - tree.born[id]! < FRESH_MS}
                readOnly={readOnly}
              />
            );
          })}
        </div>
      </div>
      {menu !== null && (
        <ContextMenu
          key={menu.asked}
          label={menu.label}
          items={menu.items}
          at={menu.at}
          onClose={() => setMenu(null)}
        />
      )}
    </>
  );
}

/** Returns the head of the group that a row is in; -1 when changes are not grouped. */
function headAbove(outline: View["outline"], row: number): number {
  if (outline.groups === undefined || row >= outline.length) return -1;
  return outline.ids[row]! < 0 ? row : row - outline.places[row]!;
}

/** Keys that mean something for the whole session screen, also while the tree has the focus. */
const RESERVED = new Set(["[", "]", "f", "?", "/"]);

/** By what the row stands for: it is the same one wherever it moves. */
function rowDomId(id: number): string {
  return `change-${id}`;
}

/** Returns the row that an event is on. */
function rowAt(event: MouseEvent): number | undefined {
  const row = (event.target as Element).closest("[data-row]")?.getAttribute("data-row");
  return row === null || row === undefined ? undefined : Number(row);
}

/** Returns the part of a row that an event is on. */
function partAt(event: MouseEvent): string | undefined {
  return (event.target as Element).closest("[data-part]")?.getAttribute("data-part") ?? undefined;
}

/** Keeps the row under the pointer, or in hand, or at the top, where it is while rows come and go above it. */
function useHeldPlace(
  scroller: React.RefObject<HTMLDivElement | null>,
  view: View,
  active: number,
  hold: boolean,
): void {
  const before = useRef<View>(view);
  const pointer = useRef<number | null>(null);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const move = (event: globalThis.PointerEvent): void => {
      pointer.current = event.clientY - element.getBoundingClientRect().top;
    };
    const leave = (): void => {
      pointer.current = null;
    };
    element.addEventListener("pointermove", move, { passive: true });
    element.addEventListener("pointerleave", leave, { passive: true });
    return () => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerleave", leave);
    };
  }, [scroller]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const old = before.current;
    before.current = view;
    if (element === null || !hold || old === view || old.tree !== view.tree) return;
    if (old.outline.length === 0) return;
    const room = element.clientHeight;
    const place = placeOf(element.scrollTop, room, old.outline.length * ROW);
    let anchor = Math.floor(place / ROW);
    if (pointer.current !== null) anchor = Math.floor((place + pointer.current) / ROW);
    else if (active !== -1 && element === document.activeElement) {
      const held = rowOf(old.tree, old.outline, view.outline.ids[active]!);
      if (held >= anchor && held * ROW < place + room) anchor = held;
    } else if (place === 0) return;
    anchor = Math.min(anchor, old.outline.length - 1);
    const row = rowOf(view.tree, view.outline, old.outline.ids[anchor]!);
    if (row !== -1)
      element.scrollTop = scrolledTo(place + (row - anchor) * ROW, room, view.outline.length * ROW);
  }, [scroller, view, active, hold]);
}
