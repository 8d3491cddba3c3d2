// A directory as a list of facts, to compare what a program left natively with what it left after a commit.
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";

/** Returns a line for each object below `root`. Of files that `unlike` names only type and permissions count. */
export function factsOf(root, unlike = []) {
  const lines = [];
  const walk = (path) => {
    const name = relative(root, path);
    const stat = lstatSync(path);
    const kind = (stat.mode & 0o170000).toString(8);
    let line = `${name || "."} ${kind} ${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isSymbolicLink()) line += ` -> ${readlinkSync(path)}`;
    else if (stat.isFile()) {
      line += ` links ${stat.nlink}`;
      if (!unlike.some((pattern) => pattern.test(name))) line += ` ${digest(readFileSync(path))}`;
    }
    lines.push(line);
    if (stat.isDirectory()) for (const entry of readdirSync(path).toSorted()) walk(join(path, entry));
  };
  walk(root);
  return lines;
}

function digest(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
