import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readHomes } from "./homes.js";

let room: string;
beforeEach(() => (room = mkdtempSync(join(tmpdir(), "homes-"))));
afterEach(() => rmSync(room, { recursive: true }));

test("homes are those of people, the own one first and once", async () => {
  const accounts = join(room, "passwd");
  writeFileSync(
    accounts,
    [
      "root:x:0:0:root:/root:/bin/bash",
      "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
      "ann:x:1000:1000:Ann:/home/ann:/bin/bash",
      "bob:x:1001:1001::/srv/home/bob:/bin/sh",
      "odd:x:1002:1002::/:/bin/sh",
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
      "no colons",
      "",
    ].join("\n"),
  );
  expect(await readHomes("/srv/home/bob", accounts)).toEqual(["/srv/home/bob", "/root", "/home/ann"]);
});

test("without a list of accounts, the own home is known", async () => {
  expect(await readHomes("/home/ann", join(room, "none"))).toEqual(["/home/ann"]);
});
