// What a file is that no view shows, by its first bytes. Data: a place, the bytes there, what they mean. The first that holds.
import type { FileKind } from "../../../texts/file-kinds.js";

/** Bytes are written as text, one character each. */
const MAGIC: readonly (readonly [at: number, bytes: string, kind: FileKind])[] = [
  [0, "II*\0", "tiff"],
  [0, "MM\0*", "tiff"],
  [0, "8BPS", "psd"],
  [0, "gimp", "xcf"],
  [0, "\0\0\x01\0", "icon"],
  [0, "\0\0\x02\0", "icon"],
  [4, "ftypheic", "heif"],
  [4, "ftypmif1", "heif"],
  [4, "ftypavif", "heif"],
  [4, "ftyp", "mp4"],
  [4, "JXL ", "jxl"],
  [0, "\xff\x0a", "jxl"],
  [8, "WAVE", "wav"],
  [8, "AVI ", "avi"],
  [0, "ID3", "mp3"],
  [0, "\xff\xfb", "mp3"],
  [0, "fLaC", "flac"],
  [0, "OggS", "ogg"],
  [0, "MThd", "midi"],
  [0, "\x1aE\xdf\xa3", "matroska"],
  [0, "MZ", "windowsProgram"],
  [0, "\xcf\xfa\xed\xfe", "macProgram"],
  [0, "\xce\xfa\xed\xfe", "macProgram"],
  [0, "\xca\xfe\xba\xbe", "javaClass"],
  [0, "\0asm", "wasm"],
  [0, "dex\n", "androidCode"],
  [0, "!<arch>\n", "library"],
  [2, "\r\n\0\0\0\0", "python"],
  [2, "\r\n\x03\0\0\0", "python"],
  [2, "\r\n\x01\0\0\0", "python"],
  [0, "Rar!\x1a\x07", "rar"],
  [0, "070701", "cpio"],
  [0, "070707", "cpio"],
  [0, "\x04\x22M\x18", "lz4"],
  [0, "LZIP", "lzip"],
  [0, "hsqs", "squashfs"],
  [0, "QFI\xfb", "qcow"],
  [0, "LUKS\xba\xbe", "luks"],
  [0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "oldOffice"],
  [0, "\xde\x12\x04\x95", "catalogue"],
  [0, "\x95\x04\x12\xde", "catalogue"],
  [8, "KBXf", "keybox"],
  [0, "PACK", "gitPack"],
  [0, "DIRC", "gitIndex"],
  [0, "Xcur", "cursor"],
  [0, "LPKSHHRH", "journal"],
  [12, "\x61\x15\x06\0", "berkeley"],
  [12, "\x62\x31\x05\0", "berkeley"],
];

/** So many bytes are enough to tell. */
export const HEAD_BYTES = 32;

/** Returns what a file begins like; undefined when nobody here knows. */
export function kindByMagic(head: Uint8Array): FileKind | undefined {
  return MAGIC.find(([at, bytes]) =>
    Array.from(bytes).every((byte, place) => head[at + place] === byte.charCodeAt(0)),
  )?.[2];
}
