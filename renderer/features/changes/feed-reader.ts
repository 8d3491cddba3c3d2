// Turns a session's change feed into a tree, a slice of work at a time, so that the page stays quick whatever
// comes. Checks every row against the contract. Knows no screen and no bridge.
import { Change, FeedEvent, type Summary } from "../../../protocol/src/change.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { nodeParts, dropChange, putChange, ensureParts } from "./tree-model.js";
import { createTree, type Tree } from "./tree.js";
import { openToFit } from "./outline-model.js";
import { carryOver } from "./selection-model.js";
import { compactTree, isWasteful } from "./tree-compact.js";
import { WalkReader } from "./walk-reader.js";

/** Rows handled between two looks at the clock. */
const SLICE = 200;
/** Folders are opened by themselves while the tree has no more nodes than this. */
const OPEN_WHILE = 2000;
/** Rows to open at first when a large tree has arrived. */
const FIRST_ROWS = 300;

export interface Settled {
  /** Revisions are counted anew with each watch. */
  watch: number;
  revision: number;
  total: number;
  summary: Summary;
  live: boolean;
  /** Folders that are not told whole: some of them, and how many more. */
  unlisted?: readonly PathRef[] | undefined;
  unlisted_more?: number | undefined;
}

type Step =
  | { event: "reset" }
  | { event: "rows"; rows: readonly unknown[]; at: number }
  | { event: "walk"; walk: WalkReader }
  | { event: "gone"; paths: readonly { path: string; path_bytes?: string | undefined }[]; at: number }
  | { event: "settled"; settled: Settled };

export class FeedReader {
  /** The last consistent picture; null before the first. */
  settled: Settled | null = null;
  /** Counts up whenever what is shown has changed. */
  version = 0;
  private next: Tree | null = null;
  private readonly steps: Step[] = [];

  /** `tree` is what is shown; replaced as a whole when the feed was read anew. */
  constructor(public tree: Tree = createTree()) {}

  /**
   * Takes an event as it came. Throws a ZodError when it is not what the contract says. A failure adds nothing:
   * whoever reads the feed ends it.
   */
  push(event: unknown): void {
    const { rows } = event as { rows?: unknown };
    // Rows are checked one by one when their turn comes: there may be a hundred thousand.
    const parsed = FeedEvent.parse(Array.isArray(rows) ? { ...(event as object), rows: [] } : event);
    if (parsed.event === "reset") this.steps.push({ event: "reset" });
    else if (parsed.event === "rows") this.steps.push({ event: "rows", rows: rows as unknown[], at: 0 });
    else if (parsed.event === "walk") this.steps.push({ event: "walk", walk: new WalkReader(parsed) });
    else if (parsed.event === "gone") this.steps.push({ event: "gone", paths: parsed.paths, at: 0 });
    else if (parsed.event === "settled") this.steps.push({ event: "settled", settled: parsed });
  }

  /** Tells whether there is work left. */
  get busy(): boolean {
    return this.steps.length > 0;
  }

  /** Works until `deadline` or until nothing is left. `now` is when new nodes were made. */
  work(now: number, clock: () => number, deadline: number): void {
    for (let step = this.steps[0]; step !== undefined; step = this.steps[0]) {
      // What is read is let go, though more waits: a million rows come as fast as they are read.
      if (this.take(step, now)) this.steps.shift();
      if (clock() >= deadline) break;
    }
    this.version += 1;
  }

  /** Does a slice of one step. Returns whether the step is done. */
  private take(step: Step, now: number): boolean {
    switch (step.event) {
      case "reset":
        // A first reading is shown as it comes; a later one replaces the picture when it is whole.
        if (this.tree.size > 1) {
          this.next = createTree(undefined, this.tree.judge);
          // What is told anew may have changed in between.
          this.next.lastPut = this.tree.lastPut;
        }
        return true;
      case "rows": {
        const tree = this.next ?? this.tree;
        const end = Math.min(step.rows.length, step.at + SLICE);
        for (; step.at < end; step.at++) {
          putChange(tree, Change.parse(step.rows[step.at]), now, tree.size < OPEN_WHILE);
        }
        return step.at >= step.rows.length;
      }
      case "walk": {
        const tree = this.next ?? this.tree;
        return step.walk.read(tree, now, SLICE, () => tree.size < OPEN_WHILE);
      }
      case "gone": {
        const tree = this.next ?? this.tree;
        const end = Math.min(step.paths.length, step.at + SLICE);
        for (; step.at < end; step.at++) {
          const { path, path_bytes } = step.paths[step.at]!;
          dropChange(tree, path_bytes === undefined ? { path } : { path, path_bytes });
        }
        return step.at >= step.paths.length;
      }
      case "settled":
        this.settle(step.settled, now);
        return true;
    }
  }

  private settle(settled: Settled, now: number): void {
    const { next } = this;
    if (next !== null) {
      if (next.size >= OPEN_WHILE) openToFit(next, FIRST_ROWS);
      carryOver(this.tree, next, nodeParts, (parts) => ensureParts(next, parts, now, false));
      this.tree = next;
      this.next = null;
    } else if (this.settled === null && this.tree.size >= OPEN_WHILE && this.tree.toggled.size === 0) {
      openToFit(this.tree, FIRST_ROWS);
    }
    if (isWasteful(this.tree)) this.tree = compactTree(this.tree).tree;
    this.settled = settled;
  }
}
