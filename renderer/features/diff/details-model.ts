// The facts of both sides of a change, row by row, and where they differ. Pure.
import type { Description, SideFacts } from "../../../protocol/src/content.js";
import { decodeBase64, escapeBytes, escapeText } from "../../ui/escape.js";
import { formatBytes, formatCount, formatMode, formatTime } from "../../../texts/format.js";
import { TYPE_WORDS } from "../../../texts/kinds.js";
import { TEXTS as RIGHTS } from "../../../texts/capabilities.js";
import { TEXTS } from "../../../texts/diff.js";
import { CAPABILITY, capabilityWords } from "./capabilities.js";

export interface FactRow {
  fact: string;
  /** undefined: the side does not exist or has no such fact. */
  before: string | undefined;
  after: string | undefined;
  differs: boolean;
  mono: boolean;
}

/** Returns what to show about both sides. Rows differ only where both sides exist. */
export function factRows({ before, after }: Description): FactRow[] {
  const rows: FactRow[] = [];
  const add = (fact: string, of: (side: SideFacts) => string | undefined, mono = false): void => {
    const left = before && of(before);
    const right = after && of(after);
    if (left === undefined && right === undefined) return;
    const differs = before !== undefined && after !== undefined && left !== right;
    rows.push({ fact, before: left, after: right, differs, mono });
  };
  add(TEXTS.type, (side) => TYPE_WORDS[side.type]);
  add(TEXTS.size, (side) => (side.type === "file" ? sizeOf(side.size) : undefined));
  // Of a symlink nobody keeps to them.
  add(TEXTS.mode, (side) => (side.type === "symlink" ? undefined : modeOf(side.mode)), true);
  add(TEXTS.owner, (side) => named(side.user, side.uid));
  add(TEXTS.group, (side) => named(side.group, side.gid));
  add(TEXTS.mtime, (side) => formatTime(side.mtime));
  // A directory counts its subdirectories there, and one name is what every file has.
  const hasNames = [before, after].some((side) => side?.type === "file" && side.links > 1);
  if (hasNames) add(TEXTS.links, (side) => (side.type === "file" ? formatCount(side.links) : undefined));
  add(TEXTS.target, (side) => (side.target === undefined ? undefined : escapeText(side.target)), true);
  const names = new Set([...(before?.xattrs ?? []), ...(after?.xattrs ?? [])].map(({ name }) => name));
  for (const name of [...names].sort()) {
    const valueOf = (side: SideFacts): Uint8Array | undefined => {
      const found = side.xattrs.find((xattr) => xattr.name === name);
      return found === undefined ? undefined : decodeBase64(found.value);
    };
    const rightsOf = (side: SideFacts): string | undefined => {
      const value = name === CAPABILITY ? valueOf(side) : undefined;
      return value === undefined ? undefined : (capabilityWords(value) ?? escapeBytes(value));
    };
    if (name === CAPABILITY) add(RIGHTS.fact, rightsOf);
    else add(escapeText(name), (side) => textOf(valueOf(side)), true);
  }
  return rows;
}

function sizeOf(bytes: number): string {
  return bytes < 1000 ? formatBytes(bytes) : `${formatBytes(bytes)} (${formatCount(bytes)} B)`;
}

function modeOf(mode: number): string {
  return `${formatMode(mode)}  ${mode.toString(8).padStart(4, "0")}`;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : escapeBytes(bytes);
}

function named(name: string | undefined, id: number): string {
  return name === undefined ? String(id) : `${escapeText(name)} (${id})`;
}
