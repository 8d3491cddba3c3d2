// What becomes of the pages that a worker draws, or cannot draw: a script stands for the worker.
import { expect, test, vi } from "vitest";
import type { AskPages, GotPages } from "./messages.js";
import type { Drawn } from "./draw.js";

class Script extends EventTarget {
  static last: Script;
  readonly asked: AskPages[] = [];
  ended = false;

  constructor() {
    super();
    Script.last = this;
  }

  postMessage(question: AskPages): void {
    this.asked.push(question);
  }

  say(answer: GotPages): void {
    this.dispatchEvent(new MessageEvent("message", { data: answer }));
  }

  terminate(): void {
    this.ended = true;
  }
}
vi.stubGlobal("window", { see: {} });
vi.stubGlobal("Worker", Script);
const { PageDrawer } = await import("./draw.js");

function picture(): { image: ImageBitmap; close: ReturnType<typeof vi.fn<() => void>> } {
  const close = vi.fn<() => void>();
  return { image: { width: 1, height: 1, close }, close };
}

function start(): {
  drawer: InstanceType<typeof PageDrawer>;
  worker: Script;
  drawn: Drawn[];
  idle: () => number;
} {
  const drawn: Drawn[] = [];
  let idle = 0;
  const source = { session: "s", path: { path: "f" }, side: "after" } as const;
  const drawer = new PageDrawer(source, 100, {
    opened: () => undefined,
    drawn: (each) => drawn.push(each),
    idle: () => idle++,
    refused: () => expect.unreachable(),
  });
  Script.last.say({ say: "opened", pages: 3 });
  return { drawer, worker: Script.last, drawn, idle: () => idle };
}

test("a page that cannot be drawn leaves the others to be drawn", () => {
  const { drawer, worker, drawn } = start();
  worker.say({ say: "undrawn", page: 1, why: "a page has no size" });
  expect(drawn).toEqual([{ state: "undrawn", page: 1, why: "a page has no size" }]);
  expect(worker.ended).toBe(false);
  drawer.draw(2);
  const { image, close } = picture();
  worker.say({ say: "drawn", page: 2, image });
  expect(drawn.at(-1)).toEqual({ state: "drawn", page: 2, image });
  expect(close).not.toHaveBeenCalled();
  drawer.stop();
});

test("a picture that nobody wants any more is closed, and the wanted page is drawn", () => {
  const { drawer, worker, drawn } = start();
  drawer.draw(3);
  const { image, close } = picture();
  worker.say({ say: "drawn", page: 1, image });
  expect(close).toHaveBeenCalledOnce();
  expect(drawn).toEqual([]);
  expect(worker.asked.at(-1)).toEqual({ do: "draw", page: 3 });
  drawer.stop();
});

test("a drawer tells that it is idle once nothing more is drawn, also when the wanted page lies beyond the end", () => {
  const { drawer, worker, drawn, idle } = start();
  drawer.draw(2);
  worker.say({ say: "drawn", page: 1, image: picture().image });
  expect(idle()).toBe(0);
  worker.say({ say: "drawn", page: 2, image: picture().image });
  expect([drawn.length, idle()]).toEqual([1, 1]);
  drawer.draw(1);
  drawer.draw(4);
  const { image, close } = picture();
  worker.say({ say: "drawn", page: 1, image });
  expect(close).toHaveBeenCalledOnce();
  expect([drawn.length, idle()]).toEqual([1, 2]);
  drawer.stop();
});
