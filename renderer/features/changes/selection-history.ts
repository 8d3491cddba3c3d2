// The choices that a person has made in the tree, so that each can be taken back. Of one session at a time.
import { useFeed } from "./feed-store.js";
import { marksIn, marksOf, restoreMarks, type Marks } from "./selection-model.js";

/** More than a person takes back one by one. */
const LIMIT = 200;
/** All choices that can be taken back hold so many marks, beside the last one: a choice by a filter has one for each change. */
const MARKS = 100_000;

let session: string | null = null;
let past: Marks[] = [];
let future: Marks[] = [];

// A tree that is read anew takes the place of the one that the marks are of, which is let go.
useFeed.subscribe(({ tree }, before) => {
  if (tree === before.tree) return;
  follow();
  past = past.map((marks) => marksIn(tree, marks, before.tree));
  future = future.map((marks) => marksIn(tree, marks, before.tree));
});

/** Call it before a choice is made. */
export function rememberChoice(): void {
  follow();
  past = newest([...past, marksOf(useFeed.getState().tree)]);
  future = [];
}

export function canUndo(): boolean {
  follow();
  return past.length > 0;
}

export function canRedo(): boolean {
  follow();
  return future.length > 0;
}

/** Takes the last choice back. */
export function undoChoice(): void {
  if (canUndo()) step(past, future);
}

/** Makes the choice again that was taken back last. */
export function redoChoice(): void {
  if (canRedo()) step(future, past);
}

function step(from: Marks[], to: Marks[]): void {
  const { tree, touch } = useFeed.getState();
  const marks = from.pop();
  if (marks === undefined) return;
  to.push(marksOf(tree));
  restoreMarks(tree, marks);
  touch();
}

/** Returns as many of the newest as are kept. */
function newest(all: readonly Marks[]): Marks[] {
  let room = MARKS;
  const older = all.slice(-LIMIT, -1);
  const from = older.findLastIndex(({ ids }) => (room -= ids.length) < 0);
  return [...older.slice(from + 1), ...all.slice(-1)];
}

/** Another session has choices of its own. */
function follow(): void {
  const shown = useFeed.getState().session;
  if (shown === session) return;
  session = shown;
  past = [];
  future = [];
}
