// How large an element is, kept up to date.
import { useCallback, useState, type RefCallback } from "react";

interface Size {
  width: number;
  height: number;
}

/** Returns a ref for the element, and its size in dots; before it is there what it usually has. */
export function useSize(usual: Size = { width: 0, height: 0 }): [RefCallback<HTMLElement>, Size] {
  const [size, setSize] = useState(usual);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
