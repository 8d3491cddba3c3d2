// What a change can be: the words, letters and small codes for it. Knows no tree and no screen.
import type { Aspect, ChangeKind, FileType } from "../../../protocol/src/change.js";

/** Kinds in the order in which they are counted and offered; a kind's code is its place plus one. */
export const KINDS = [
  "created",
  "modified",
  "deleted",
  "renamed",
  "replaced",
  "linked",
] as const satisfies readonly ChangeKind[];

export const ASPECTS = ["content", "mode", "owner", "xattrs", "times"] as const satisfies readonly Aspect[];

export const TYPES = [
  "file",
  "directory",
  "symlink",
  "fifo",
  "socket",
  "device",
] as const satisfies readonly FileType[];

/** Beside the permission bits: its file gives whoever starts it capabilities. */
export const PRIVILEGED = 0o10000;

export const DIRECTORY = TYPES.indexOf("directory");

/** The letter that stands for a kind beside its colour. */
export const KIND_LETTERS: Readonly<Record<ChangeKind, string>> = {
  created: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  replaced: "T",
  linked: "L",
};

/** Returns the kind with this code; undefined for 0, which is no change. */
export function kindOf(code: number): ChangeKind | undefined {
  return KINDS[code - 1];
}

/** Returns the code of a kind, from 1. */
export function kindCode(kind: ChangeKind): number {
  return KINDS.indexOf(kind) + 1;
}

/** Returns the aspects as bits, content first. */
export function aspectBits(aspects: readonly Aspect[]): number {
  let bits = 0;
  for (const aspect of aspects) bits |= 1 << ASPECTS.indexOf(aspect);
  return bits;
}

/** Returns the aspects that these bits stand for. */
export function aspectsOf(bits: number): Aspect[] {
  return ASPECTS.filter((_, place) => (bits & (1 << place)) !== 0);
}
