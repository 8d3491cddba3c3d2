// Which view was asked for: of one change alone, or of all like it.
import { afterAll, expect, it, vi } from "vitest";

const side = { type: "file", size: 9, content: "text", mime: "image/svg+xml" };
vi.stubGlobal("window", { see: { describe: async () => ({ ok: true, value: { after: side } }) } });
afterAll(() => vi.unstubAllGlobals());

const { useDetail } = await import("./detail-store.js");

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
