// Under which name a file of a session is shown to a program of the desktop: one by which no desktop runs anything. Pure.
import type { SideFacts } from "../../../protocol/src/content.js";

/** Kinds of files that programs of the desktop show and do not run. Pages, drawings and scripts are shown as text. */
const SHOWN =
  /\.(png|jpe?g|gif|bmp|webp|avif|tiff?|ico|pdf|djvu|epub|odt|ods|odp|docx?|xlsx?|pptx?|rtf|txt|md|csv|log|mp3|ogg|oga|opus|flac|wav|m4a|mp4|m4v|mkv|webm|avi|mov|ttf|otf|woff2?|zip|tar|tgz|gz|xz|zst|bz2|7z)$/i;
const TEXT = /\.(txt|md|csv|log)$/i;
/** What the first bytes say of a file that a desktop would run or install, whatever its name is. */
const RUN = new Set(["application/x-executable", "application/vnd.debian.binary-package", "text/x-script"]);
const IMAGES: Partial<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/bmp": "bmp",
  "image/webp": "webp",
};
const LONGEST = 80;

/** Returns the name for a viewer; null when no desktop can be trusted to only show such a file. */
export function viewName(path: string, { content, mime }: SideFacts): string | null {
  const name = plain(path);
  if (content === "text" || content === "empty") return textName(path, mime);
  const ending = mime === undefined ? undefined : IMAGES[mime];
  if (content === "image" && ending !== undefined) return SHOWN.test(name) ? name : `${name}.${ending}`;
  return SHOWN.test(name) && !TEXT.test(name) && !RUN.has(mime ?? "") ? name : null;
}

/** Returns the name for a viewer or an editor of texts. */
export function textName(path: string, mime = ""): string {
  const name = plain(path);
  return TEXT.test(name) && !RUN.has(mime) ? name : `${name}.txt`;
}

/** Returns the name for a program that compares files: it reads bytes and runs nothing. */
export function compareName(path: string, facts: SideFacts): string {
  return viewName(path, facts) ?? `${plain(path)}.bin`;
}

/** Returns the last part of a path in letters that mean nothing to a shell, a desktop or a terminal. */
function plain(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  const safe = name.replaceAll(/[^\p{L}\p{N}_.,+@=-]/gu, "_").replace(/^[-.]+/, "");
  return (safe === "" ? "file" : safe).slice(-LONGEST).replace(/^[-.]+/, "_");
}
