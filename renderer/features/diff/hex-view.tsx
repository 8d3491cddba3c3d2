// The bytes of a file, and the way to a place in them: an offset, or where both sides differ.
import { useState, type FormEvent, type ReactElement } from "react";
import type { Description, Side } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { formatBytes } from "../../../texts/format.js";
import { FILE_KINDS } from "../../../texts/file-kinds.js";
import { ViewBar } from "../../ui/view-bar.js";
import { DifferenceButtons, useDifferences } from "./difference-buttons.js";
import { HexRows } from "./hex-rows.js";
import { parseOffset, ROW_BYTES } from "./hex-model.js";
import { HEAD_BYTES, kindByMagic } from "./magic.js";
import { SideChoice } from "./side-choice.js";
import { TEXTS } from "../../../texts/diff.js";
import { useContent } from "./use-content.js";
import { viewsOf } from "./view-model.js";
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
  const compared = sides.length > 1;
  /** The offset of the first byte in sight. */
  const [at, setAt] = useState(0);
  const row = Math.floor(at / ROW_BYTES);
  const onRow = (to: number): void => setAt(to * ROW_BYTES);
  const differences = useDifferences({ session, path, description, row, onRow });
  const kind = useKind(session, path, side, description, reading);

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("offset");
    const offset = typeof typed === "string" ? parseOffset(typed) : undefined;
    if (offset !== undefined) setAt(Math.min(offset, Math.max(0, size - 1)));
  };
  return (
    <div className={view.view}>
      <ViewBar
        end={compared ? <SideChoice side={side} onSide={setWish} /> : undefined}
        notes={[kind === undefined ? "" : TEXTS.noView(FILE_KINDS[kind])]}
      >
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
        {compared && <DifferenceButtons differences={differences} />}
      </ViewBar>
      <HexRows
        key={`${pathKey(path)} ${side}`}
        session={session}
        path={path}
        side={side}
        size={size}
        reading={reading}
        compared={compared}
        at={at}
        onAt={setAt}
        onDifference={differences.search}
      />
    </div>
  );
}

/** What a file is that only this view shows. */
function useKind(
  session: string,
  path: PathRef,
  side: Side,
  description: Description,
  reading: number,
): ReturnType<typeof kindByMagic> {
  const isOnly = viewsOf(description, [], false, path.path).best === "hex";
  const head = useContent(isOnly ? { session, path, side } : null, 0, HEAD_BYTES, reading);
  return head.state === "ready" && head.content !== null ? kindByMagic(head.content.bytes) : undefined;
}
