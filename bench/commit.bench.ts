// Committing 10,000 small new files, against a program that renames and syncs as many.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";
import { makeManyFiles } from "./many-files.js";

const DIRECTORIES = 100;
const FILES = 100;

/** What a commit cannot do without: each file is made durable and renamed into place, each directory is made durable. */
const PLAIN = `import os, sys, time
directories, files = int(sys.argv[1]), int(sys.argv[2])
for d in range(directories):
    os.makedirs(f"stage/d{d:04}")
    os.makedirs(f"plain/d{d:04}")
    for f in range(files):
        with open(f"stage/d{d:04}/f{f:04}.txt", "w") as out:
            out.write(f"file {f} of {d}\\n")
begin = time.monotonic_ns()
for d in range(directories):
    for f in range(files):
        fd = os.open(f"stage/d{d:04}/f{f:04}.txt", os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)
        os.rename(f"stage/d{d:04}/f{f:04}.txt", f"plain/d{d:04}/f{f:04}.txt")
for d in range(directories):
    for top in ("stage", "plain"):
        fd = os.open(f"{top}/d{d:04}", os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)
print(time.monotonic_ns() - begin)
`;

test("commit", async ({ machine }, info) => {
  const plain = machine.file("home/plain.py", PLAIN);
  const times = await interleave(3, {
    plain: async () => {
      const result = await machine.run(["/usr/bin/python3", plain, String(DIRECTORIES), String(FILES)]);
      if (result.status !== 0) throw new Error(result.stderr);
      for (const name of ["stage", "plain"]) rmSync(join(machine.home, name), { recursive: true });
      return Number(result.stdout) / 1e6;
    },
    commit: async () => {
      const session = await makeManyFiles(machine, DIRECTORIES, FILES);
      const time = await clock(() =>
        machine.alcatraz("commit", session, "--only", join(machine.home, "many")),
      );
      rmSync(join(machine.home, "many"), { recursive: true });
      return time;
    },
  });
  report(info, {
    what: "commit of 10,000 small new files",
    reached: ratio(times.commit / times.plain),
    wanted: "≤ 2×",
    how: `${milliseconds(times.commit)} against ${milliseconds(times.plain)} for fsync and rename of each, 3 runs each`,
  });
});
