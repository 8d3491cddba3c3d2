// Stamps: a hash of what a step was made from, kept beside what it made, so that nothing is made twice.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Returns the SHA-256 (hex) of the names and contents of files and of all files below directories. */
export function fingerprint(root, paths, salt = "") {
  const hash = createHash("sha256").update(salt);
  const visit = (path) => {
    let entries;
    try {
      entries = readdirSync(join(root, path), { withFileTypes: true });
    } catch (error) {
      if (error.code === "ENOENT") return;
      if (error.code !== "ENOTDIR") throw error;
      hash.update(`${path}\0`).update(readFileSync(join(root, path)));
      return;
    }
    for (const name of entries.map((entry) => entry.name).toSorted()) visit(join(path, name));
  };
  paths.forEach(visit);
  return hash.digest("hex");
}

/** Says whether the step that wrote this stamp was done with the same fingerprint. */
export function isFresh(file, value) {
  try {
    return readFileSync(file, "utf8") === value;
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

export function writeStamp(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, value);
}
