// Which view was asked for: of one change alone, or of all like it.
import { afterAll, expect, it, vi } from "vitest";

const side = { type: "file", size: 9, content: "text", mime: "image/svg+xml" };
const describe = vi.fn<() => Promise<unknown>>(async () => ({ ok: true, value: { after: side } }));
vi.stubGlobal("window", { see: { describe } });
afterAll(() => vi.unstubAllGlobals());

const { asking, REREAD_MS, useDetail } = await import("./detail-store.js");

it("what one change is shown as because it could not be drawn is no wish for others", async () => {
  const { load, showAlone, choose } = useDetail.getState();
  await load("s", { path: "broken.svg" });
  showAlone("text");
  await load("s", { path: "broken.svg" });
  expect(useDetail.getState()).toMatchObject({ alone: "text", wishes: {} });
  await load("s", { path: "other.svg" });
  expect(useDetail.getState()).toMatchObject({ alone: null, wishes: {} });
  showAlone("text");
  choose("hex");
  expect(useDetail.getState()).toMatchObject({ alone: null, wishes: { image: "hex" } });
});

it("what keeps changing is asked for once at a time, however long the answer takes", async () => {
  vi.useFakeTimers();
  describe.mockClear();
  let answer: (outcome: unknown) => void = () => undefined;
  describe.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
  const paced = asking("s", { path: "live" });
  for (let news = 0; news < 9; news++) {
    paced.want(null);
    await vi.advanceTimersByTimeAsync(REREAD_MS);
  }
  expect(describe).toHaveBeenCalledTimes(1);
  answer({ ok: true, value: { after: side } });
  await vi.advanceTimersByTimeAsync(REREAD_MS);
  expect(describe).toHaveBeenCalledTimes(2);
  expect(useDetail.getState().description).toEqual({ after: side });
  paced.close();
  vi.useRealTimers();
});
