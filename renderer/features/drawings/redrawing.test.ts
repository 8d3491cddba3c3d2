// How often a file that keeps changing is drawn, and how long the picture of before can be shown.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { REST_MS } from "../diff/paced.js";
import { Redrawing } from "./redrawing.js";

type Image = { state: "ready"; url: string } | { state: "refused" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function redraw(): {
  redrawing: Redrawing<Image, number>;
  begun: number[];
  stopped: number[];
  shown: Image[];
  revoked: string[];
  end: (image: Image) => void;
} {
  const [begun, stopped, shown, revoked]: [number[], number[], Image[], string[]] = [[], [], [], []];
  let end: (image: Image) => void = () => undefined;
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void revoked.push(url));
  const redrawing = new Redrawing<Image, number>(
    (size, done) => {
      begun.push(size);
      end = done;
      return () => void stopped.push(size);
    },
    (image) => shown.push(image),
  );
  return { redrawing, begun, stopped, shown, revoked, end: (image) => end(image) };
}

const picture = (url: string): Image => ({ state: "ready", url });

test("a file that keeps changing is drawn to the end, and then as it is by now, after a rest", () => {
  const { redrawing, begun, stopped, shown, end } = redraw();
  for (const size of [1, 2, 3]) redrawing.want(size);
  expect(begun).toEqual([1]);
  end(picture("a"));
  redrawing.want(4);
  vi.advanceTimersByTime(REST_MS - 1);
  expect(begun).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(begun).toEqual([1, 4]);
  expect([shown, stopped]).toEqual([[picture("a")], []]);
  end(picture("b"));
  vi.advanceTimersByTime(REST_MS * 9);
  expect(begun).toEqual([1, 4]);
  redrawing.want(5);
  expect(begun).toEqual([1, 4, 5]);
});

test("a picture can be shown until there is another one, or words", () => {
  const { redrawing, revoked, end } = redraw();
  redrawing.want(1);
  end(picture("a"));
  redrawing.want(2);
  vi.advanceTimersByTime(REST_MS);
  expect(revoked).toEqual([]);
  end(picture("b"));
  expect(revoked).toEqual(["a"]);
  redrawing.want(3);
  vi.advanceTimersByTime(REST_MS);
  end({ state: "refused" });
  expect(revoked).toEqual(["a", "b"]);
});

test("once nobody looks any more, nothing is drawn or held", () => {
  const { redrawing, begun, stopped, revoked, end } = redraw();
  redrawing.want(1);
  end(picture("a"));
  redrawing.want(2);
  redrawing.close();
  vi.advanceTimersByTime(REST_MS * 9);
  expect([begun, stopped, revoked]).toEqual([[1], [], ["a"]]);
  const other = redraw();
  other.redrawing.want(7);
  other.redrawing.close();
  expect(other.stopped).toEqual([7]);
});
