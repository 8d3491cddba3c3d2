// Tells main how much of a terminal's data is drawn. Only the listener that it belongs to may say so: another's answer
// comes at once, and would let a flood through.

type Listener = (terminal: number, data: Uint8Array) => boolean | Promise<boolean>;

/** Returns a listener that counts what was the given one's own, once that is drawn. */
export function countDrawn(
  listener: Listener,
  seen: (terminal: number, count: number) => void,
): (terminal: number, data: Uint8Array) => void {
  const take = async (terminal: number, data: Uint8Array): Promise<void> => {
    const count = data.byteLength;
    // Counted as drawn when the listener fails: a page with a bug must not freeze the program.
    let own = true;
    try {
      own = await listener(terminal, data);
    } finally {
      if (own) seen(terminal, count);
    }
  };
  return (terminal, data) => void take(terminal, data);
}
