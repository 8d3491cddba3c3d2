// What parsers say of names, sizes and permissions inside of files. Names stay as they are: the page escapes them.
import { formatBytes, formatMode } from "../../../texts/format.js";
import { type ENTRY_KINDS, FACTS, WARNINGS } from "../../../texts/formats.js";
import type { Fact } from "./report.js";

/** What an archive may hold. */
export type EntryKind = keyof typeof ENTRY_KINDS;

/** So many times its size nothing grows that is packed in earnest. */
const BOMB = 1000;

export function sizeWords(bytes: number): string {
  return formatBytes(bytes);
}

export function modeWords(mode: number): string {
  return formatMode(mode);
}

/** Returns how large a packed file is when it is unpacked. */
export function unpackedFact(plain: number, packed: number): Fact {
  const times = Math.round(plain / Math.max(1, packed));
  return {
    name: FACTS.sizeUnpacked,
    value: sizeWords(plain),
    ...(times > BOMB ? { warning: WARNINGS.bomb(times) } : {}),
  };
}

/** Returns why an entry of an archive deserves a look. */
export function pathWarning(name: string, link: string, kind: EntryKind, mode: number): string | undefined {
  if (name.startsWith("/")) return WARNINGS.absolute;
  if (name.split("/").includes("..")) return WARNINGS.climbing;
  if (
    kind === "symlink" &&
    (link.startsWith("/") ||
      link.split("/").filter((part) => part === "..").length > name.split("/").length - 1)
  )
    return WARNINGS.pointingOut;
  if (kind === "device") return WARNINGS.device;
  if (kind === "file" && (mode & 0o6000) !== 0) return WARNINGS.setuid;
  return undefined;
}
