// A session with a great many new files, made by a real program in it.
import type { Machine } from "../e2e/harness/machine.js";

export const MANY_FILES = 100_000;

/** What is made: a file of its own for each name, or, much faster, further names of the first directory's files. */
export type ManyKind = "files" | "names";

/** Runs a program that makes `directories` × `files` small files in the home; returns the finished session's name. */
export async function makeManyFiles(
  machine: Machine,
  directories: number,
  files: number,
  kind: ManyKind = "files",
): Promise<string> {
  const program = machine.file(
    "home/many.py",
    `import os, sys
directories, files = int(sys.argv[1]), int(sys.argv[2])
for d in range(directories):
    os.makedirs(f"many/d{d:04}", exist_ok=True)
    for f in range(files):
        if d > 0 and sys.argv[3] == "names":
            os.link(f"many/d0000/f{f:04}.txt", f"many/d{d:04}/f{f:04}.txt")
            continue
        with open(f"many/d{d:04}/f{f:04}.txt", "w") as out:
            out.write(f"file {f} of {d}\\n")
`,
  );
  const name = `many-${directories}-${files}-${process.hrtime.bigint()}`;
  await machine.alcatraz(
    "run",
    "--name",
    name,
    "--keep",
    "--",
    "/usr/bin/python3",
    program,
    String(directories),
    String(files),
    kind,
  );
  return name;
}
