// What the page gives to a worker that asks for parts of a file: little at a time, and not without end.
import { expect, test, vi } from "vitest";
import { READ_LIMIT } from "./input.js";
import type { Refusal } from "./confined.js";
import { TEXTS } from "../../../texts/inside.js";

const content = vi.fn<(ask: { length: number }) => Promise<unknown>>();
vi.stubGlobal("window", { see: { content } });
const { Confined } = await import("./confined.js");

/** The other end of a real channel stands for the worker. */
function confine(): {
  read: (length: number) => void;
  taken: Promise<unknown>;
  refused: Promise<Refusal>;
  told: number[];
  stop: () => void;
} {
  const { port1, port2 } = new MessageChannel();
  const told: number[] = [];
  let refuse: (refusal: Refusal) => void;
  const refused = new Promise<Refusal>((done) => (refuse = done));
  const here = Object.assign(port1, { terminate: () => port1.close() });
  const confined = new Confined<{ do: "go" }, { say: "done" }>(
    here as unknown as Worker,
    { session: "s", path: { path: "f" }, side: "after" },
    {
      reading: (bytes) => told.push(bytes),
      answer: () => undefined,
      refuse: (refusal) => refuse(refusal),
    },
  );
  port1.start();
  confined.ask({ do: "go" });
  const taken = new Promise((done) =>
    port2.addEventListener("message", ({ data }: MessageEvent<{ do: string }>) => {
      if (data.do === "take") done(data);
    }),
  );
  port2.start();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin to aim at
  const read = (length: number): void => port2.postMessage({ say: "read", offset: 0, length });
  return { read, taken, refused, told, stop: () => confined.stop() };
}

test.each([READ_LIMIT + 1, -1, Number.NaN])(
  "a read of %d bytes is refused, and nothing is read",
  async (length) => {
    const { read, refused } = confine();
    read(length);
    expect(await refused).toMatchObject({ state: "refused", title: TEXTS.tooMuch });
    expect(content).not.toHaveBeenCalled();
  },
);

test("a read within the limit is given, and told", async () => {
  content.mockResolvedValue({ ok: true, value: { data: btoa("abc"), size: 3, eof: true } });
  const { read, taken, told, stop } = confine();
  read(READ_LIMIT);
  expect(await taken).toEqual({ do: "take", bytes: new TextEncoder().encode("abc") });
  expect(told).toEqual([READ_LIMIT]);
  stop();
});
