// Packages and times of the changes of one tree, by node. Pure.
import type { Origin, Package } from "../../../protocol/src/origins.js";
import { pathParts } from "../changes/path-parts.js";
import { findNode } from "../changes/tree-model.js";
import type { Tree } from "../changes/tree.js";

export class OriginTable {
  /** Place in the list of packages plus one; 0: of none. */
  private readonly owners: Int32Array;
  /** Milliseconds; 0: not known. */
  private readonly times: Float64Array;

  /** Nodes that the tree gets later are not known here. */
  constructor(
    readonly tree: Tree,
    readonly packages: readonly Package[],
  ) {
    this.owners = new Int32Array(tree.size);
    this.times = new Float64Array(tree.size);
  }

  /** Takes rows of the list; what the tree does not have is left out. */
  add(rows: readonly Origin[]): void {
    for (const row of rows) {
      const id = findNode(this.tree, pathParts(row));
      if (id === undefined || id >= this.owners.length) continue;
      this.owners[id] = row.package === undefined ? 0 : row.package + 1;
      const time = row.time === undefined ? 0 : Date.parse(row.time);
      this.times[id] = Number.isNaN(time) ? 0 : time;
    }
  }

  packageOf(id: number): Package | undefined {
    return this.packages[(this.owners[id] ?? 0) - 1];
  }

  timeOf(id: number): number | undefined {
    return this.times[id] || undefined;
  }
}
