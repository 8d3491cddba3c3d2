// What is kept of a person's choices, and what is not.
import { afterAll, expect, test, vi } from "vitest";
import { NO_CHOICES } from "../home/run-request.js";

vi.stubGlobal("window", { see: {} });
afterAll(() => vi.unstubAllGlobals());
const { useSettings } = await import("./settings-store.js");

test("a profile that no file of settings may hold is not kept: nothing else could be saved with it", () => {
  const keep = (hide: string): boolean =>
    useSettings.getState().keepProfile({ ...NO_CHOICES, name: "mine", hide });
  expect(keep("/a".repeat(20_000))).toBe(false);
  expect(useSettings.getState().profiles).toEqual([]);
  expect(keep("/a")).toBe(true);
  expect(useSettings.getState().profiles).toHaveLength(1);
});
