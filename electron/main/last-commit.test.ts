import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LastCommit } from "./last-commit.js";

test("when a commit was asked for is known to the next app", async () => {
  const folder = await mkdtemp(join(tmpdir(), "alcatraz-stores-"));
  const file = join(folder, "last.json");
  expect(await new LastCommit(file).isAfter(null)).toBe(false);
  await new LastCommit(file).note();
  const next = new LastCommit(file);
  expect(await next.isAfter(null)).toBe(true);
  expect(await next.isAfter("2026-01-01T00:00:00Z")).toBe(true);
  expect(await next.isAfter("9999-01-01T00:00:00Z")).toBe(false);
  await rm(folder, { recursive: true });
});
