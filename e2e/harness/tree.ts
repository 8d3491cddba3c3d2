// What a directory tree is, byte for byte, so that before and after can be compared.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Returns one line for each object below `root`: path, type, mode, owner, time of change of files, and content.
 * What lies at `except` is not looked at.
 */
export function describeTree(root: string, except?: string): Record<string, string> {
  const lines: Record<string, string> = {};
  const visit = (path: string, name: string) => {
    if (path === except) return;
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o7777).toString(8);
    const owner = `${stat.uid}:${stat.gid}`;
    if (stat.isDirectory()) {
      lines[name] = `directory ${mode} ${owner}`;
      for (const entry of readdirSync(path).toSorted()) visit(join(path, entry), `${name}/${entry}`);
    } else if (stat.isSymbolicLink()) {
      lines[name] = `symlink ${owner} ${readlinkSync(path)}`;
    } else if (stat.isFile()) {
      const content = createHash("sha256").update(readFileSync(path)).digest("hex");
      lines[name] = `file ${mode} ${owner} ${stat.mtimeMs} ${content}`;
    } else {
      lines[name] = `special ${mode} ${owner}`;
    }
  };
  visit(root, ".");
  return lines;
}
