// For tests of the tree: changes made of few words, and random ones.
import type { Change, ChangeKind } from "../../../protocol/src/change.js";

/** Returns a change of this path. */
export function changeOf(path: string, change: ChangeKind = "created", part: Partial<Change> = {}): Change {
  return { path, change, aspects: [], type: "file", size: 1, mode: 0o644, uid: 0, gid: 0, ...part };
}

/** Returns numbers below `n`, the same ones in each run. */
export function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
