// Committing 10,000 small new files, against a program that renames and syncs as many; and 100,000, some of them large.
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, ratio, report } from "./measure.js";
import { makeManyFiles } from "./many-files.js";

const DIRECTORIES = 100;
const FILES = 100;

/** What a commit cannot do without: the files' content is made durable, each is renamed, each directory made durable. */
const PLAIN = `import ctypes, os, sys, time
directories, files = int(sys.argv[1]), int(sys.argv[2])
for d in range(directories):
    os.makedirs(f"stage/d{d:04}")
    os.makedirs(f"plain/d{d:04}")
    for f in range(files):
        with open(f"stage/d{d:04}/f{f:04}.txt", "w") as out:
            out.write(f"file {f} of {d}\\n")
libc = ctypes.CDLL(None, use_errno=True)
begin = time.monotonic_ns()
top = os.open("stage", os.O_RDONLY)
if libc.syncfs(top) != 0:
    raise OSError(ctypes.get_errno(), "syncfs")
for d in range(directories):
    for f in range(files):
        os.rename(f"stage/d{d:04}/f{f:04}.txt", f"plain/d{d:04}/f{f:04}.txt")
for d in range(directories):
    for side in ("stage", "plain"):
        fd = os.open(f"{side}/d{d:04}", os.O_RDONLY)
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
      // The directories are there already: a new one would be committed whole, by a single rename.
      for (let d = 0; d < DIRECTORIES; d++) machine.directory(`home/many/d${String(d).padStart(4, "0")}`);
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
    how: `${milliseconds(times.commit)} against ${milliseconds(times.plain)} for one syncfs, as many renames and an fsync of each directory; 3 runs each`,
  });
});

/** Files of one size in directories that exist; sparse, so that any disk holds them. */
const LARGE = `import os, sys
for number in range(int(sys.argv[1])):
    with open(f"many/d{number % 1000:04}/large{number}", "wb") as out:
        out.truncate(int(sys.argv[2]))
        out.write(b"x" * 4096)
`;

test("commit: 100,000", async ({ machine }, info) => {
  const program = machine.file("home/large.py", LARGE);
  const commit = async (size: number) => {
    for (let d = 0; d < 1000; d++) machine.directory(`home/many/d${String(d).padStart(4, "0")}`);
    const session = await makeManyFiles(machine, 1000, 99);
    const large = ["/usr/bin/python3", program, "1000", String(size)];
    await machine.alcatraz("enter", session, "--", ...large);
    const many = join(machine.home, "many");
    const time = await clock(() => machine.alcatraz("commit", session, "--only", many));
    // Where many files were just removed, ext4 is slow to make new ones.
    renameSync(many, join(machine.home, session));
    return time;
  };
  const times = await interleave(1, { small: () => commit(4096), large: () => commit(1 << 30) });
  report(info, {
    what: "commit of 100,000 new files",
    reached: milliseconds(times.large),
    wanted: "≤ 5 s, whatever their sizes",
    how: `1,000 of them of 1 GiB (sparse); ${milliseconds(times.small)} when those have 4 KiB; the second run of each`,
  });
});
