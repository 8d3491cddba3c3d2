// The sentence that sums a session's changes up. Pure.
import { formatBytes, formatCount, formatMany } from "../../../texts/format.js";
import { KIND_VERBS } from "../../../texts/kinds.js";
import { KINDS, kindCode } from "./kinds.js";
import type { ChangeKind } from "../../../protocol/src/change.js";
import { ROOT, type Tree } from "./tree.js";

/** Returns "Created 412 files, changed 3, deleted 1 · 24 MB". */
export function summarySentence(tree: Tree): string {
  return sumUp(
    KINDS.map((kind) => [kind, tree.kindCounts[kindCode(kind)]!]),
    tree.weight[ROOT]!,
  );
}

/** Returns the sentence for these counts. The first one names its noun. */
export function sumUp(counts: readonly (readonly [ChangeKind, number])[], bytes: number): string {
  const parts = counts
    .filter(([, count]) => count > 0)
    .map(
      ([kind, count], place) =>
        `${KIND_VERBS[kind]} ${place === 0 ? formatMany(count, "item") : formatCount(count)}`,
    );
  const text = parts.join(", ");
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return bytes > 0 ? `${sentence} · ${formatBytes(bytes)}` : sentence;
}
