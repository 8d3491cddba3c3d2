// Unpacking and packing a tree of 26 MB: in a session, on an overlayfs mount with nothing around it, and natively.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../e2e/test.js";
import { interleave, median, milliseconds, ratio, report } from "./measure.js";

const FILES = 2600;
const FILE_SIZE = 10_000;

/** Measures itself from inside, so that making the SEE is no part of it: prints nanoseconds of unpacking and of packing ten times. */
const SCRIPT = `
set -e
cd "$1"
rm -rf work
mkdir work
begin=$(date +%s%N)
tar -xf tree.tar -C work
middle=$(date +%s%N)
# Packing shall not wait for what unpacking left to be written; how much that is differs.
sync
begun=$(date +%s%N)
# To a pipe: tar reads nothing when it writes to /dev/null.
for round in 1 2 3 4 5 6 7 8 9 10; do tar -cf - -C work tree | cat >/dev/null; done
end=$(date +%s%N)
echo $((middle - begin)) $((end - begun))
`;

test("tar", async ({ machine }, info) => {
  const room = machine.directory("home/tar");
  makeTree(machine.home);
  expect((await machine.run(["tar", "-cf", join(room, "tree.tar"), "-C", machine.home, "tree"])).status).toBe(
    0,
  );
  const script = machine.file("home/tar.sh", SCRIPT);
  const inside = ["sh", script, room];

  const user = machine.account.mode === "user" ? ["--map-root-user"] : [];
  const overlay = machine.directory("home/overlay");
  const mount = `mkdir -p ${overlay}/u ${overlay}/w ${overlay}/m && mount -t overlay overlay -o lowerdir=${room},upperdir=${overlay}/u,workdir=${overlay}/w${
    user.length > 0 ? ",userxattr" : ""
  } ${overlay}/m && exec sh ${script} ${overlay}/m`;

  const packs: Record<string, number[]> = {};
  const timed = (name: string, command: string[]) => async () => {
    const result = await machine.run(command);
    if (result.status !== 0) throw new Error(`${command.join(" ")}: ${result.stderr}`);
    const [unpack, pack] = result.stdout.trim().split(" ").map(Number) as [number, number];
    (packs[name] ??= []).push(pack / 1e6);
    return unpack / 1e6;
  };
  const session = [machine.installation.helper, "run", "--tty", "never", "--abort"];
  const unpacked = await interleave(7, {
    native: timed("native", inside),
    overlay: timed("overlay", ["unshare", "--mount", ...user, "sh", "-c", mount]),
    session: timed("session", [...session, "--", ...inside]),
    unrecorded: timed("unrecorded", [...session, "--reads", "off", "--", ...inside]),
  });
  const packed = (name: string) => median((packs[name] ?? []).slice(1));
  const tell = (what: string, times: Record<keyof typeof unpacked, number>) =>
    report(info, {
      what,
      reached: `${ratio(times.session / times.overlay)} of bare overlayfs, ${ratio(times.session / times.native)} of native; with \`--reads off\` ${ratio(times.unrecorded / times.overlay)} and ${ratio(times.unrecorded / times.native)}`,
      wanted: "≤ 1.05× of bare overlayfs",
      how: `${milliseconds(times.session)}, ${milliseconds(times.overlay)} and ${milliseconds(times.native)}, 7 runs each`,
    });
  tell("tar: unpack 26 MB", unpacked);
  tell("tar: pack 26 MB, ten times", {
    native: packed("native"),
    overlay: packed("overlay"),
    session: packed("session"),
    unrecorded: packed("unrecorded"),
  });
});

/** Makes the tree as the account would, with content that no file system can compress. */
function makeTree(home: string): void {
  const tree = join(home, "tree");
  for (let index = 0; index < FILES; index++) {
    const directory = join(tree, `d${Math.floor(index / 100)}`);
    if (index % 100 === 0) mkdirSync(directory, { recursive: true });
    const content = createHash("shake256", { outputLength: FILE_SIZE }).update(String(index)).digest();
    writeFileSync(join(directory, `f${index}`), content);
  }
}
