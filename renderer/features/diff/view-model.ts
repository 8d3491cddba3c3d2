// Which views a change has, always in one order, and which of them is shown. Pure.
import type { Aspect } from "../../../protocol/src/change.js";
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import { DRAWING_LIMIT } from "../drawings/messages.js";
import { structureOf } from "../inside/formats/structure-names.js";

/** Larger images are loaded only when asked for. */
const LOADED_BYTES = 16 * 1024 * 1024;
/** Larger images are not loaded at all: their bytes are held in memory more than once. */
const IMAGE_LIMIT = 128 * 1024 * 1024;

/** Returns the size in bytes above which an image is not loaded at all. */
export function imageLimit(side: SideFacts): number {
  return isDrawing(side) ? DRAWING_LIMIT : IMAGE_LIMIT;
}

/** Returns when an image is loaded. */
export function imageLoading(side: SideFacts): "now" | "asked" | "never" {
  if (side.size > imageLimit(side)) return "never";
  return side.size <= LOADED_BYTES ? "now" : "asked";
}

/** Tells whether a side is a picture: dots, or a drawing in SVG. */
export function isImage(side: SideFacts): boolean {
  return side.type === "file" && (side.content === "image" || isDrawing(side));
}

export function isDrawing({ type, mime }: SideFacts): boolean {
  return type === "file" && mime === "image/svg+xml";
}

/** Returns the view of an image that cannot be drawn: a drawing is text, too. */
export function viewInstead(side: SideFacts): "text" | "hex" {
  return isDrawing(side) ? "text" : "hex";
}

export type ViewName = "pages" | "inside" | "text" | "image" | "hex" | "details";

/** A button stands where it stood at the last change, so the views have one order for all. */
const ORDER: readonly ViewName[] = ["image", "pages", "text", "inside", "hex", "details"];

export interface Views {
  offered: ViewName[];
  /** What shows the content best. */
  best: ViewName;
  /** What is shown of this change while nobody wished for another view. */
  usual: ViewName;
}

/** Returns the views that can show this change. */
export function viewsOf(
  description: Description,
  aspects: readonly Aspect[],
  contentCounts: boolean,
  name = "",
): Views {
  const sides = [description.before, description.after].filter(
    (side): side is SideFacts => side !== undefined,
  );
  const files = sides.filter((side) => side.type === "file");
  const shows = (kind: SideFacts["content"]): boolean => files.some((side) => side.content === kind);
  const can: Readonly<Record<ViewName, boolean>> = {
    image: files.some(isImage),
    pages: files.some(({ mime }) => mime === "application/pdf"),
    text: shows("text"),
    inside: files.some((side) => hasInside(side, name)),
    hex: files.some((side) => side.size > 0),
    details: true,
  };
  const offered = ORDER.filter((view) => can[view]);
  const tooLarge =
    files.some(isDrawing) && !files.some((side) => isImage(side) && imageLoading(side) !== "never");
  const best = offered.find((view) => view !== "image" || !tooLarge) ?? "details";
  const unchanged = contentCounts && !aspects.includes("content");
  // Of something that has become something else, that is what there is to know.
  const isOther = sides[0]?.type !== sides.at(-1)?.type;
  return { offered, best, usual: unchanged || isOther ? "details" : best };
}

/** What the person wished to see of files that `best` shows best. */
export type Wishes = Readonly<Partial<Record<ViewName, ViewName>>>;

/** Returns the view to show: the one asked for of this change alone, or that was chosen last for such files, when it has it. */
export function pickView(
  { offered, best, usual }: Views,
  wishes: Wishes,
  alone: ViewName | null = null,
): ViewName {
  return [alone, wishes[best]].find((view) => offered.some((has) => has === view)) ?? usual;
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
