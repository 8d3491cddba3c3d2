// The bytes of one side, however many: only what is in sight is read and drawn. Bytes that differ from the other side stand out.
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
} from "react";
import type { Side } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { cx } from "../../ui/cx.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import { BytePages } from "./byte-pages.js";
import { readBytes } from "./content-reader.js";
import {
  bytesWidth,
  clampRow,
  geometry,
  hexRow,
  NARROW_BYTES,
  offsetDigits,
  ROW_BYTES,
  ROW_HEIGHT,
  rowAt,
  rowCount,
  rowWidth,
  topOf,
} from "./hex-model.js";
import { TEXTS } from "../../../texts/diff.js";
import styles from "./hex-view.module.css";

interface HexRowsProps {
  session: string;
  path: PathRef;
  side: Side;
  size: number;
  /** Counts up when the bytes may have changed: the old ones are shown until the new ones are there. */
  reading: number;
  compared: boolean;
  /** The offset of the first byte in sight. */
  at: number;
  onAt: (offset: number) => void;
  /** Asks for the next or the previous difference. */
  onDifference: (direction: 1 | -1) => void;
}

export function HexRows({
  session,
  path,
  side,
  size,
  reading,
  compared,
  at,
  onAt,
  onDifference,
}: HexRowsProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState(400);
  const [rowBytes, setRowBytes] = useState(ROW_BYTES);
  const [, news] = useState(0);
  const expected = useRef(-1);
  const view = geometry(rowCount(size, rowBytes), box);
  const first = clampRow(Math.floor(at / rowBytes), view);
  const onRow = (row: number): void => onAt(row * rowBytes);

  const key = pathKey(path);
  const pages = useMemo(() => {
    const make = (of: Side): BytePages =>
      new BytePages(
        (offset, length) => readBytes({ session, path, side: of }, offset, length),
        () => news((n) => n + 1),
      );
    return { own: make(side), other: compared ? make(side === "before" ? "after" : "before") : null };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the path
  }, [session, key, side, compared]);
  pages.own.renew(reading);
  pages.other?.renew(reading);
  const { error } = pages.own;
  const isBroken = error !== null;
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
    const measure = (): void => {
      setBox(element.clientHeight);
      const wide = ruler.current?.offsetWidth ?? 0;
      setRowBytes(element.clientWidth < wide ? NARROW_BYTES : ROW_BYTES);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
    // What an error took the place of is another element when it is back.
  }, [isBroken]);
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
    const direction = ({ n: 1, p: -1 } as const)[event.key];
    if (direction !== undefined && compared && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      onDifference(direction);
      return;
    }
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

  if (error !== null) return <ErrorPanel error={error} />;
  const digits = offsetDigits(size);
  const rows = [];
  for (let row = first; row < Math.min(view.rows, first + view.fit + 2); row++) {
    const offset = row * rowBytes;
    const bytes = pages.own.get(offset, rowBytes);
    rows.push(
      <HexLine
        key={row}
        offset={offset}
        width={bytesWidth(rowBytes)}
        digits={digits}
        bytes={bytes}
        other={pages.other?.get(offset, rowBytes)}
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
      <div ref={ruler} className={styles.ruler} style={{ width: `${rowWidth(size, ROW_BYTES)}ch` }} />
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
  /** Of its bytes, in characters. */
  width: number;
  digits: number;
  bytes: Uint8Array | undefined;
  other: Uint8Array | undefined;
}

function HexLine({ offset, width, digits, bytes, other }: HexLineProps): ReactElement {
  const row = hexRow(offset, bytes ?? new Uint8Array(), digits);
  return (
    <div className={styles.row}>
      <span className={styles.at}>{row.offset} </span>
      <span className={styles.bytes} style={{ width: `${width}ch` }}>
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
                {place === 7 && place < row.bytes.length - 1 ? `${byte}  ` : `${byte} `}
              </span>
            ))}
      </span>
      <span className={styles.text}>{row.text}</span>
    </div>
  );
}
