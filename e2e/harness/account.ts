// Who runs the app in a test: root, whoever runs the tests, or an ordinary user made for them and removed after.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

export type Mode = "system" | "user";

export interface Account {
  mode: Mode;
  user: string;
  uid: number;
  gid: number;
  /** A directory of the account's own, in which each test gets a home. */
  base: string;
  /** Words to put before a command, so that it runs as this account. */
  become: string[];
  remove(): void;
}

/** Returns the account that a privilege mode is tested with. Only root can test system mode. */
export function makeAccount(mode: Mode): Account {
  const { uid, gid, username } = userInfo();
  if (mode === "system") {
    if (uid !== 0) throw new Error("System mode needs root: run these tests with sudo, or --project=user");
    return plainAccount(mode, username, uid, gid);
  }
  return uid === 0 ? makeUser() : plainAccount(mode, username, uid, gid);
}

function plainAccount(mode: Mode, user: string, uid: number, gid: number): Account {
  const base = mkdtempSync(join(tmpdir(), "alcatraz-e2e-"));
  return { mode, user, uid, gid, base, become: [], remove: () => removeTree(base) };
}

function makeUser(): Account {
  const user = `alcatraz-e2e-${process.pid}`;
  const base = `/home/${user}`;
  execFileSync("useradd", ["--no-create-home", "--home-dir", base, "--shell", "/bin/bash", user]);
  const id = (flag: string) => Number(execFileSync("id", [flag, user], { encoding: "utf8" }));
  const uid = id("-u");
  const gid = id("-g");
  mkdirSync(base);
  chmodSync(base, 0o755);
  chownSync(base, uid, gid);
  return {
    mode: "user",
    user,
    uid,
    gid,
    base,
    become: ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--"],
    remove: () => {
      removeTree(base);
      execFileSync("userdel", ["--force", user], { stdio: "ignore" });
    },
  };
}

/**
 * Removes a tree in which a program under test may have left directories without permissions. A supervisor that clears up after
 * an aborted session may still make a file in a store: then all of it is looked through anew.
 */
export function removeTree(path: string): void {
  for (let left = 5; ; left--) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      return;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    }
  }
}
