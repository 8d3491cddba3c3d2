// One side of a change as an image that the page can draw: loading, there, or an error.
import { useEffect, useState } from "react";
import type { SideFacts } from "../../../protocol/src/content.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Source } from "./content-reader.js";
import { useContent } from "./use-content.js";

export type Image =
  { state: "loading" } | { state: "ready"; url: string } | { state: "error"; error: SeeError };

/** Reads the whole side and holds it as a blob while it is shown. */
export function useImage(source: Source, facts: SideFacts, reading: number): Image {
  const content = useContent(source, 0, facts.size, reading);
  const bytes = content.state === "ready" ? content.content?.bytes : undefined;
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (bytes === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes], { type: facts.mime ?? "image/png" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, facts.mime]);
  if (content.state === "error") return content;
  return url === null ? { state: "loading" } : { state: "ready", url };
}
