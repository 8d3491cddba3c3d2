// Several terminals live in one page: each takes what is its own, and keeps nothing of the others'.
import { expect, test } from "vitest";
import { Feed } from "./feed.js";

function feed(): { feed: Feed; screen: string[]; ends: number[]; drawn: (() => void)[] } {
  const screen: string[] = [];
  const ends: number[] = [];
  const drawn: (() => void)[] = [];
  const draw = (data: Uint8Array): Promise<void> => {
    screen.push(new TextDecoder().decode(data));
    return new Promise((resolve) => drawn.push(resolve));
  };
  return { feed: new Feed({ draw, end: (status) => void ends.push(status) }), screen, ends, drawn };
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("beside a terminal that has ended, another's flood waits until it is drawn", async () => {
  const program = feed();
  program.feed.opened(1);
  program.feed.exit(1, 0);
  const shell = feed();
  shell.feed.opened(2);
  // Not a promise: nothing is kept of it.
  expect(program.feed.take(2, bytes("flood"))).toBe(false);
  let own: boolean | null = null;
  const answer = Promise.resolve(shell.feed.take(2, bytes("flood"))).then((is) => (own = is));
  await Promise.resolve();
  expect(own).toBeNull();
  shell.drawn[0]?.();
  expect(await answer).toBe(true);
  expect([program.screen, shell.screen]).toEqual([[], ["flood"]]);
});

test("what comes before the number is known goes where it belongs, with its end", async () => {
  const { feed: opening, screen, ends, drawn } = feed();
  const others = opening.take(1, bytes("other"));
  const own = opening.take(2, bytes("own"));
  opening.exit(1, 1);
  opening.exit(2, 5);
  expect(screen).toEqual([]);
  opening.opened(2);
  drawn[0]?.();
  expect(await Promise.all([others, own])).toEqual([false, true]);
  expect([screen, ends, opening.number]).toEqual([["own"], [5], null]);
});

test("a terminal that never opens, or is closed meanwhile, lets go of all", async () => {
  const { feed: closed, screen } = feed();
  const early = closed.take(1, bytes("x"));
  closed.opened(null);
  expect(await early).toBe(false);
  expect(closed.take(1, bytes("x"))).toBe(false);
  expect(screen).toEqual([]);
});
