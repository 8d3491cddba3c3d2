// Which views a change has, and which is shown first. Pure.
import type { Aspect } from "../../../protocol/src/change.js";
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import { structureOf } from "../inside/formats/structure-names.js";

/** Larger images are loaded only when asked for. */
const LOADED_BYTES = 16 * 1024 * 1024;
/** Larger images are not loaded at all: their bytes are held in memory more than once. */
export const IMAGE_LIMIT = 128 * 1024 * 1024;

/** Returns when an image of this size in bytes is loaded. */
export function imageLoading(size: number): "now" | "asked" | "never" {
  if (size <= LOADED_BYTES) return "now";
  return size <= IMAGE_LIMIT ? "asked" : "never";
}

export type ViewName = "pages" | "inside" | "text" | "image" | "hex" | "details";

/** Returns the views that can show this change, the best first. */
export function viewsOf(
  description: Description,
  aspects: readonly Aspect[],
  contentCounts: boolean,
  name = "",
): ViewName[] {
  const sides = [description.before, description.after].filter(
    (side): side is SideFacts => side !== undefined,
  );
  const files = sides.filter((side) => side.type === "file");
  const views: ViewName[] = [];
  const shows = (kind: SideFacts["content"]): boolean => files.some((side) => side.content === kind);
  // One side may be an image and the other text: both views are offered then.
  if (shows("image")) views.push("image");
  if (files.some(({ mime }) => mime === "application/pdf")) views.push("pages");
  const inside = files.filter((side) => hasInside(side, name));
  // Of a text, its words come first; of anything else, what it holds.
  const isText = shows("text");
  if (inside.length > 0 && !isText) views.push("inside");
  if (isText) views.push("text");
  if (inside.length > 0 && isText) views.push("inside");
  if (files.some((side) => side.size > 0)) views.push("hex");
  views.push("details");
  const unchanged = contentCounts && !aspects.includes("content");
  return unchanged ? ["details", ...views.filter((view) => view !== "details")] : views;
}

/** Returns the view to show: the one that was chosen last, when this change has it. */
export function pickView(views: readonly ViewName[], wish: ViewName | null): ViewName {
  return wish !== null && views.includes(wish) ? wish : (views[0] ?? "details");
}

/** Media types, as the helper tells them from the first bytes, of files that can be looked into. */
const LOOKED_INTO = new Set([
  "application/pdf",
  "application/zip",
  "application/gzip",
  "application/zstd",
  "application/x-bzip2",
  "application/x-rpm",
  "application/x-xz",
  "application/x-7z-compressed",
  "application/x-tar",
  "application/x-executable",
  "application/vnd.sqlite3",
  "application/vnd.debian.binary-package",
  "text/x-script",
  "font/sfnt",
  "font/woff",
]);

function hasInside({ mime, content }: SideFacts, name: string): boolean {
  return LOOKED_INTO.has(mime ?? "") || (content === "text" && structureOf(name) !== undefined);
}
