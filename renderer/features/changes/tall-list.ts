// How a list that is taller than any element can be is scrolled all the same: from end to end of the tallest element, in steps
// that are larger than what the scroll bar says. Pure.

/** Chromium draws nothing beyond 33,554,428 dots. */
export const TALLEST = 32_000_000;

/** Returns the height of the element that stands for a list of this height. */
export function heightOf(full: number): number {
  return Math.min(full, TALLEST);
}

/** Returns where in the list one is whose element is scrolled this far; `room` is the height of what is in sight. */
export function placeOf(scrolled: number, room: number, full: number): number {
  return scrolled * stretch(room, full);
}

/** Returns how far the element has to be scrolled for this place. */
export function scrolledTo(place: number, room: number, full: number): number {
  return place / stretch(room, full);
}

/**
 * Tells whether the same place of the element is another one of the list once the list is this high; `shift` is how far both
 * were apart before.
 */
export function isMoved(full: number, shift: number): boolean {
  return full > TALLEST || shift !== 0;
}

function stretch(room: number, full: number): number {
  return full <= TALLEST ? 1 : (full - room) / (TALLEST - room);
}
