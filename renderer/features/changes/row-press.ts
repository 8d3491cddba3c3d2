// A press on a row of a list in which rows come and go: what was pressed counts, also when another row is there at its end. Pure.

/** The hand is held still within so many dots. */
const STILL = 4;

/** Where a pointer went down, and on what. */
export interface Press {
  pointer: number;
  x: number;
  y: number;
  /** What the row stands for. */
  id: number;
  part: string | undefined;
}

/** Tells whether a pointer that comes up here, over what stands for `id`, ends a press: on the row itself, or where it began. */
export function isPressed(press: Press, up: { pointer: number; x: number; y: number; id?: number }): boolean {
  if (up.pointer !== press.pointer) return false;
  if (up.id === press.id) return true;
  return Math.abs(up.x - press.x) <= STILL && Math.abs(up.y - press.y) <= STILL;
}
