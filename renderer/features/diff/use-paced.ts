// Which reading of a file a view works on: the newest, but none before the work on the one before has ended.
import { useCallback, useEffect, useRef, useState } from "react";
import { Paced } from "./paced.js";

/** Returns the reading to work on now, and what says that this work has ended. `of` tells which file it is: another one comes at once. */
export function usePaced(of: string, reading: number): readonly [number, () => void] {
  const [held, setHeld] = useState({ of, reading });
  const paced = useRef<Paced<number> | null>(null);
  useEffect(() => {
    const made = new Paced<number>((next) => setHeld({ of, reading: next }));
    paced.current = made;
    return () => made.close();
  }, [of]);
  useEffect(() => paced.current?.want(reading), [of, reading]);
  const ended = useCallback(() => paced.current?.ended(), []);
  return [held.of === of ? held.reading : reading, ended];
}
