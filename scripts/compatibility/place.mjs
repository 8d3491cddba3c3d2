// Where programs are tried in one privilege mode: an account, its home directory, a store; all removed at the end.
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { HELPER } from "../setup/paths.mjs";
import { must, run } from "../setup/run.mjs";

const ENV = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8", TERM: "xterm" };

/** Makes the place for a mode. As root both can be tried; an ordinary user has user mode only. */
export async function makePlace(mode) {
  const base = mkdtempSync(join(tmpdir(), "alcatraz-compat-"));
  chmodSync(base, 0o755);
  const helper = join(base, "alcatraz");
  cpSync(HELPER, helper);
  const isRoot = userInfo().uid === 0;
  const account = mode === "user" && isRoot ? `alcatraz-c${process.pid}` : undefined;
  if (account !== undefined)
    await must("useradd", ["-M", "-s", "/bin/bash", "-d", join(base, "home"), account]);
  const id = async (flag) => Number(await must("id", [flag, account ?? userInfo().username]));
  const place = {
    mode,
    base,
    helper,
    account,
    home: join(base, "home"),
    uid: await id("-u"),
    gid: await id("-g"),
  };
  await must("install", ["-d", "-o", String(place.uid), "-g", String(place.gid), join(base, "data")]);
  return place;
}

export async function removePlace(place) {
  rmSync(place.base, { recursive: true, force: true });
  if (place.account !== undefined) await must("userdel", ["--force", place.account]);
}

/** Makes the home directory empty. */
export function emptyHome(place) {
  rmSync(place.home, { recursive: true, force: true });
  mkdirSync(place.home, { mode: 0o755 });
  chownSync(place.home, place.uid, place.gid);
}

/** Runs a command as the place's account in its home directory. */
export function runAs(place, command, env = {}) {
  const become =
    place.account === undefined
      ? []
      : ["setpriv", `--reuid=${place.uid}`, `--regid=${place.gid}`, "--init-groups", "--"];
  const own = { ...ENV, ...env, HOME: place.home, ALCATRAZ_STORE: join(place.base, "data", "store") };
  const words = Object.entries(own).map(([name, value]) => `${name}=${value}`);
  const [program, ...args] = [...become, "env", "-i", ...words, ...command];
  return run(program, args, { cwd: place.home });
}
