// The time, for what counts it on screen.
import { useEffect, useState } from "react";

/** Returns the time in ms, brought up to date every `period` ms. */
export function useClock(period: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), period);
    return () => clearInterval(timer);
  }, [period]);
  return now;
}
