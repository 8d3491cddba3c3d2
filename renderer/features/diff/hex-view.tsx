// Bytes of any file, however large: only what is in sight is read. Bytes that differ from the other side stand out.
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type FormEvent,
  type KeyboardEvent,
  type ReactElement,
} from "react";
import type { Description, Side } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { cx } from "../../ui/cx.js";
import { formatBytes } from "../../../texts/format.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import { BytePages } from "./byte-pages.js";
import { readBytes } from "./content-reader.js";
import {
  clampRow,
  geometry,
  hexRow,
  offsetDigits,
  parseOffset,
  ROW_BYTES,
  ROW_HEIGHT,
  rowAt,
  rowCount,
  topOf,
} from "./hex-model.js";
import { SideChoice } from "./side-choice.js";
import { TEXTS } from "../../../texts/diff.js";
import view from "../../ui/view.module.css";
import styles from "./hex-view.module.css";

interface HexViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function HexView({ session, path, description, reading }: HexViewProps): ReactElement {
  const sides = (["before", "after"] as const).filter((side) => description[side]?.type === "file");
  const [wish, setWish] = useState<Side>("after");
  const side = sides.includes(wish) ? wish : (sides[0] ?? "after");
  const size = description[side]?.size ?? 0;
  const [row, setRow] = useState(0);

  const goTo = (offset: number): void =>
    setRow(Math.floor(Math.min(offset, Math.max(0, size - 1)) / ROW_BYTES));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("offset");
    const offset = typeof typed === "string" ? parseOffset(typed) : undefined;
    if (offset !== undefined) goTo(offset);
  };
  return (
    <div className={view.view}>
      <div className={cx(view.bar, styles.bar)}>
        <form onSubmit={submit}>
          <input
            name="offset"
            className={styles.offset}
            aria-label={TEXTS.offset}
            placeholder={TEXTS.offset}
            title={TEXTS.offsetHint}
            autoComplete="off"
            spellCheck={false}
          />
        </form>
        <span>{formatBytes(size)}</span>
        {sides.length > 1 && <SideChoice side={side} onSide={setWish} />}
      </div>
      <HexRows
        key={`${pathKey(path)} ${side} ${reading}`}
        session={session}
        path={path}
        side={side}
        size={size}
        compared={sides.length > 1}
        row={row}
        onRow={setRow}
      />
    </div>
  );
}

interface HexRowsProps {
  session: string;
  path: PathRef;
  side: Side;
  size: number;
  compared: boolean;
  row: number;
  onRow: (row: number) => void;
}

function HexRows({ session, path, side, size, compared, row, onRow }: HexRowsProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState(400);
  const [, news] = useState(0);
  const expected = useRef(-1);
  const view = geometry(rowCount(size), box);
  const first = clampRow(row, view);

  const pages = useMemo(() => {
    const make = (of: Side): BytePages =>
      new BytePages(
        (offset, length) => readBytes({ session, path, side: of }, offset, length),
        () => news((n) => n + 1),
      );
    return { own: make(side), other: compared ? make(side === "before" ? "after" : "before") : null };
  }, [session, path, side, compared]);
  useEffect(
    () => () => {
      pages.own.close();
      pages.other?.close();
    },
    [pages],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setBox(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || rowAt(element.scrollTop, box, view) === first) return;
    element.scrollTop = topOf(first, box, view);
    expected.current = element.scrollTop;
  });
  // Where the bar stands for more than its pixels, the wheel still moves by rows.
  useEffect(() => {
    const element = scroller.current;
    if (element === null || !view.scaled) return;
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      onRow(
        clampRow(
          first + Math.sign(event.deltaY) * Math.max(1, Math.round(Math.abs(event.deltaY) / ROW_HEIGHT)),
          view,
        ),
      );
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  });

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null || element.scrollTop === expected.current) return;
    expected.current = -1;
    onRow(rowAt(element.scrollTop, box, view));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowDown: first + 1,
      ArrowUp: first - 1,
      PageDown: first + view.fit - 1,
      PageUp: first - view.fit + 1,
      Home: 0,
      End: view.rows,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onRow(clampRow(to, view));
  };

  if (pages.own.error !== null) return <ErrorPanel error={pages.own.error} />;
  const digits = offsetDigits(size);
  const rows = [];
  for (let at = first; at < Math.min(view.rows, first + view.fit + 2); at++) {
    const offset = at * ROW_BYTES;
    const bytes = pages.own.get(offset, ROW_BYTES);
    rows.push(
      <HexLine
        key={at}
        offset={offset}
        digits={digits}
        bytes={bytes}
        other={pages.other?.get(offset, ROW_BYTES)}
      />,
    );
  }
  const slip = view.scaled ? 0 : first * ROW_HEIGHT - (scroller.current?.scrollTop ?? first * ROW_HEIGHT);
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      tabIndex={0}
      role="region"
      aria-label={TEXTS.hexRegion}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div className={styles.sheet}>
        <div className={styles.rows} style={{ transform: `translateY(${Math.max(-ROW_HEIGHT, slip)}px)` }}>
          {rows}
        </div>
      </div>
      <div style={{ height: view.height }} />
    </div>
  );
}

interface HexLineProps {
  offset: number;
  digits: number;
  bytes: Uint8Array | undefined;
  other: Uint8Array | undefined;
}

function HexLine({ offset, digits, bytes, other }: HexLineProps): ReactElement {
  const row = hexRow(offset, bytes ?? new Uint8Array(), digits);
  return (
    <div className={styles.row}>
      <span className={styles.at}>{row.offset} </span>
      <span className={styles.bytes} style={{ width: "49ch" }}>
        {bytes === undefined
          ? "…"
          : row.bytes.map((byte, place) => (
              <span
                key={place}
                className={cx(
                  byte === "00" && styles.zero,
                  other !== undefined && other[place] !== bytes[place] && styles.differs,
                )}
              >
                {place === 7 ? `${byte}  ` : `${byte} `}
              </span>
            ))}
      </span>
      <span className={styles.text}>{row.text}</span>
    </div>
  );
}
