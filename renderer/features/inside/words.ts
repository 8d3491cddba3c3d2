// What parsers say of names, sizes and permissions inside of files. Names stay as they are: the page escapes them.
import { formatBytes, formatMode } from "../../../texts/format.js";

export function sizeWords(bytes: number): string {
  return formatBytes(bytes);
}

export function modeWords(mode: number): string {
  return formatMode(mode);
}

/** Returns why an entry of an archive deserves a look. */
export function pathWarning(name: string, link: string, kind: string, mode: number): string | undefined {
  if (name.startsWith("/")) return "names a place of its own, outside of where it is unpacked";
  if (name.split("/").includes("..")) return "leads out of the folder that it is unpacked into";
  if (
    kind === "symbolic link" &&
    (link.startsWith("/") ||
      link.split("/").filter((part) => part === "..").length > name.split("/").length - 1)
  )
    return "points out of the folder that it is unpacked into";
  if (kind === "device") return "is a device";
  if (kind === "file" && (mode & 0o6000) !== 0) return "runs with the rights of its owner or group";
  return undefined;
}
