// Applies the rules to changes, one at a time as they come: which of them deserve a look, and why. Pure.
import type { ChangeKind, FileType } from "../../../protocol/src/change.js";
import { UNSEEN } from "../../../protocol/src/escape.js";
import { type Pattern, Places } from "./places.js";
import { type Rule, RULES } from "./rules.js";
import type { RuleId } from "../../../texts/rules.js";

/** What a rule asks about a change beside its place. */
export interface JudgedFacts {
  kind: ChangeKind;
  type: FileType;
  mode: number;
  size: number;
  /** The last part of its path. */
  name: string;
}

/** What hides or turns text, and spaces at an end. A backslash is escaped on screen, but deceives nobody. */
const DECEPTIVE = new RegExp(String.raw`[\u0000-\u001f\u007f-\u009f${UNSEEN}]|^\s|\s$`, "u");

const ALL: readonly Rule[] = RULES;

export class Judge {
  private readonly places: Places;

  /** `homes` are the absolute paths that ~ stands for in the rules; the person's own comes first. */
  constructor(readonly homes: readonly string[]) {
    this.places = new Places(
      ALL.flatMap(({ where, except = [] }, number) => [
        ...where.flatMap((path) => patterns(path, homes, { mark: 1 << number })),
        ...except.flatMap((path) => patterns(path, homes, { mark: 1 << number, except: true })),
      ]),
      homes.map(partsOf),
    );
  }

  /** The place of the root; `step` leads from a place to one of its children. */
  get root(): number {
    return this.places.start;
  }

  step(place: number, part: string): number {
    return this.places.step(place, part);
  }

  walk(parts: readonly string[]): number {
    return this.places.walk(parts);
  }

  /** Returns the bits of the rules that hold for a change; `from` is the place that a renamed object left. */
  judge(place: number, facts: JudgedFacts, from: number | undefined): number {
    const moved = facts.type === "directory" && facts.kind !== "created" && facts.kind !== "modified";
    let reach = this.places.here(place);
    if (moved) reach |= this.places.below(place);
    if (from !== undefined) {
      reach |= this.places.here(from);
      if (moved) reach |= this.places.below(from);
    }
    let mask = 0;
    for (let rest = reach; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      if (holds(ALL[31 - Math.clz32(bit)]!, facts, moved)) mask |= bit;
    }
    return mask;
  }
}

/** Returns the rules that these bits stand for, in their order. */
export function rulesOf(mask: number): (typeof RULES)[number][] {
  return RULES.filter((_, number) => (mask & (1 << number)) !== 0);
}

/** Returns the bit of a rule. */
export function ruleBit(id: RuleId): number {
  return 1 << RULES.findIndex((rule) => rule.id === id);
}

function holds(rule: Rule, { kind, type, mode, size, name }: JudgedFacts, moved: boolean): boolean {
  if (rule.kinds !== undefined && !rule.kinds.includes(kind)) return false;
  if (rule.types === undefined ? type === "directory" && !moved : !rule.types.includes(type)) return false;
  if (rule.anyMode !== undefined && (mode & rule.anyMode) === 0) return false;
  if (rule.noMode !== undefined && (mode & rule.noMode) !== 0) return false;
  if (rule.over !== undefined && size <= rule.over) return false;
  return rule.deceptive === undefined || isDeceptive(name);
}

function patterns(path: string, homes: readonly string[], rest: Omit<Pattern, "path">): Pattern[] {
  // What holds everywhere begins with **; all else names places of the machine.
  if (!path.startsWith("~/")) return [{ path, outside: !/^\/?\*\*/.test(path), ...rest }];
  return homes.map((home) => ({ path: path.slice(1), base: partsOf(home), ...rest }));
}

function partsOf(home: string): string[] {
  return home.split("/").filter((part) => part !== "");
}

/** The tree writes a name that is not text as "\0" and its bytes: these are escaped on screen and deceive nobody. */
function isDeceptive(name: string): boolean {
  return name.startsWith("\0") ? false : DECEPTIVE.test(name);
}
