// A large picture that is rewritten while it is read, each time with another size.
import { afterAll, expect, test, vi } from "vitest";
import { Redrawing } from "../drawings/redrawing.js";
import { REST_MS } from "./paced.js";
import type { Image } from "./use-image.js";

/** The beginning of a GIF of so many dots to a side. */
const gif = (side: number): string => {
  const size = String.fromCharCode(side & 255, side >> 8, side & 255, side >> 8);
  return btoa(`GIF89a${size}\0\0\0,\0\0\0\0${size}`);
};
let data = gif(8);
const answers: (() => void)[] = [];
const content = vi.fn<() => Promise<unknown>>(
  () =>
    new Promise((resolve) => answers.push(() => resolve({ ok: true, value: { data, size: 22, eof: true } }))),
);
vi.stubGlobal("window", { see: { content } });
vi.useFakeTimers();
const revoked: string[] = [];
let made = 0;
vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${++made}`);
vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void revoked.push(url));
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const { readPicture } = await import("./picture.js");

test("what was begun is shown, then what it is by now, and each can be shown until the next one is", async () => {
  const shown: Image[] = [];
  const source = { session: "s", path: { path: "f" }, side: "after" } as const;
  const redrawing = new Redrawing<Image, number>(
    (size, done) => readPicture("image/png")(source, size, done),
    (image) => shown.push(image),
  );
  for (const size of [3, 4, 5]) redrawing.want(size);
  expect(content).toHaveBeenCalledOnce();
  answers.shift()?.();
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(shown).toEqual([{ state: "ready", url: "blob:1" }]);
  expect(content).toHaveBeenCalledTimes(2);
  expect(revoked).toEqual([]);
  answers.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
  expect([shown.at(-1), revoked]).toEqual([{ state: "ready", url: "blob:2" }, ["blob:1"]]);
  // Who has left is told nothing.
  redrawing.want(6);
  await vi.advanceTimersByTimeAsync(REST_MS);
  redrawing.close();
  answers.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(shown).toHaveLength(2);
  expect([made, revoked]).toEqual([2, ["blob:1", "blob:2"]]);
});

test("more dots than can be held are not handed to the browser, nor is what is no picture", async () => {
  for (const [bytes, why] of [
    [gif(20_000), /20,000 × 20,000 dots/],
    [btoa("no picture"), /damaged/],
  ] as const) {
    data = bytes;
    const shown = new Promise<Image>((done) => {
      readPicture("image/gif")({ session: "s", path: { path: "f" }, side: "after" }, 22, done);
    });
    answers.shift()?.();
    expect(await shown).toMatchObject({ state: "refused", why: expect.stringMatching(why) as string });
  }
  expect(made).toBe(2);
});
