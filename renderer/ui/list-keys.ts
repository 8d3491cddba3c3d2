// Where a key leads in a list of equal rows. Pure.

/** Returns the row that a key leads to, within the list; undefined for a key that leads nowhere. `page`: rows in sight. */
export function rowForKey(key: string, active: number, rows: number, page: number): number | undefined {
  const step = Math.max(1, page - 1);
  const to = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + step,
    PageUp: active - step,
    Home: 0,
    End: rows - 1,
  }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(rows - 1, to));
}
