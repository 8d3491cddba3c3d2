// The content of one side of a change, as far as it is wanted: loading, there, or an error.
import { useEffect, useRef, useState } from "react";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
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
  const newest = useRef({ of, reading });
  useEffect(() => {
    if (newest.current.of !== of) newest.current = { of, reading };
    if (source === null) return;
    void readBytes(source, offset, length).then((outcome) => {
      // One that was begun later has come already. An earlier one is shown: else a file that keeps changing never were.
      if (newest.current.of !== of || newest.current.reading > reading) return;
      newest.current = { of, reading };
      const content: Content = outcome.ok
        ? { state: "ready", content: outcome.value }
        : { state: "error", error: outcome.error };
      setHeld({ of, content });
    });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `of` stands for the source and the range
  }, [of, reading]);
  if (source === null) return { state: "ready", content: null };
  return held !== null && held.of === of ? held.content : { state: "loading" };
}
