// The content of one side of a change, as far as it is wanted: loading, there, or an error.
import { useEffect, useRef, useState } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import { ContentLine } from "./content-line.js";
import { readBytes, type Bytes, type Source } from "./content-reader.js";

export type Content =
  { state: "loading" } | { state: "ready"; content: Bytes | null } | { state: "error"; error: SeeError };

/**
 * Reads `length` bytes from `offset`; null as source: there is no such side. Reads again when `reading` counts
 * up, and shows what it had until then.
 */
export function useContent(source: Source | null, offset: number, length: number, reading: number): Content {
  const [held, setHeld] = useState<{ of: string; content: Content } | null>(null);
  const of =
    source === null
      ? ""
      : [
          "commit" in source ? source.commit : source.session,
          pathKey(source.path),
          source.side,
          offset,
          length,
        ].join("\n");
  const line = useRef<ContentLine<Bytes> | null>(null);
  useEffect(() => {
    if (source === null) return;
    const mine = new ContentLine<Bytes>(
      (isWanted) => readBytes(source, offset, length, isWanted),
      (outcome) => {
        const content: Content = outcome.ok
          ? { state: "ready", content: outcome.value }
          : { state: "error", error: outcome.error };
        setHeld({ of, content });
      },
    );
    line.current = mine;
    return () => {
      mine.close();
      line.current = null;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `of` stands for the source and the range
  }, [of]);
  useEffect(() => line.current?.want(), [of, reading]);
  if (source === null) return { state: "ready", content: null };
  return held !== null && held.of === of ? held.content : { state: "loading" };
}
