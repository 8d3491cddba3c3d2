// The app as it would be installed: where every account can read it, whatever directory the checkout lies in.
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "../../scripts/setup/paths.mjs";
import { electronPath } from "../../scripts/setup/runtime.mjs";
import type { Account } from "./account.js";

export interface Installation {
  root: string;
  /** Runs Electron as an account: what Playwright starts. */
  launcher(account: Account): string;
  helper: string;
  remove(): void;
}

/** What the app needs at run time, relative to the checkout. */
const PARTS = [
  "package.json",
  "out",
  "assets",
  "node_modules/node-pty",
  "native-helper/target/release/alcatraz",
];

export function installApp(): Installation {
  const electron = electronPath();
  if (electron === undefined)
    throw new Error("There is no Electron runtime: run node scripts/setup.mjs test");
  const base = mkdtempSync(join(tmpdir(), "alcatraz-app-"));
  chmodSync(base, 0o755);
  const root = join(base, "app");
  for (const part of PARTS)
    cpSync(join(ROOT, part), join(root, part), { recursive: true, dereference: true });
  const runtime = join(base, "electron");
  linkTree(dirname(electron), runtime);
  return {
    root,
    helper: join(root, "native-helper/target/release/alcatraz"),
    launcher: (account) => {
      const path = join(base, `run-as-${account.user}`);
      const words = [...account.become, join(runtime, "electron")];
      writeFileSync(path, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
      return path;
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Copies a tree by hard links where it can: the runtime is a quarter of a gigabyte. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o755 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) linkTree(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or links to others' files are forbidden: a copy does as well.
    cpSync(source, target);
  }
}
