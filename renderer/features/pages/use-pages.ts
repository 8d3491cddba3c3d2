// The pages of one side of a change, as far as they are there: how many, the one that was drawn last, or why there is none.
import { useCallback, useEffect, useRef, useState } from "react";
import type { Side, SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { usePaced } from "../diff/use-paced.js";
import type { Refusal } from "../inside/confined.js";
import { type Drawn, PageDrawer } from "./draw.js";

interface Held {
  /** 0: not known yet. */
  pages: number;
  drawn: Drawn | undefined;
  refusal: Refusal | undefined;
}

export interface Pages extends Held {
  /** Wants this page, the first one until it is called. */
  draw: (page: number) => void;
}

const NOTHING: Held = { pages: 0, drawn: undefined, refusal: undefined };

/** Opens the document; undefined: there is no such side. Reads the document anew when `reading` counts up, and shows the old until then. */
export function usePages(
  session: string,
  path: PathRef,
  side: Side,
  facts: SideFacts | undefined,
  reading: number,
): Pages | undefined {
  const [pages, setPages] = useState(NOTHING);
  const drawer = useRef<PageDrawer | null>(null);
  const wanted = useRef(1);
  /** Which document `pages` is of. */
  const shown = useRef("");
  const size = facts?.size ?? 0;
  const document = JSON.stringify([session, path, side]);
  const [turn, ended] = usePaced(document, reading);
  useEffect(() => {
    if (size === 0) return ended();
    if (shown.current !== document) setPages(NOTHING);
    shown.current = document;
    const made = new PageDrawer({ session, path, side }, size, {
      opened: (count) => setPages((held) => ({ ...held, pages: count, refusal: undefined })),
      drawn: (drawn) => setPages((held) => ({ ...held, drawn })),
      idle: ended,
      refused: (refusal) => {
        setPages({ ...NOTHING, refusal });
        ended();
      },
    });
    made.draw(wanted.current);
    drawer.current = made;
    return () => {
      drawer.current = null;
      made.stop();
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `document` and `turn` stand for all else
  }, [document, turn]);
  const draw = useCallback((page: number): void => {
    wanted.current = page;
    drawer.current?.draw(page);
  }, []);
  const { drawn } = pages;
  // Closed once the page shows another one, or none: a picture is large, and nobody else gives its memory back soon.
  useEffect(() => () => void (drawn?.state === "drawn" && drawn.image.close()), [drawn]);
  return size === 0 ? undefined : { ...pages, draw };
}
