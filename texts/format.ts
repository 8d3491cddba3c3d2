// Numbers, sizes and times as a person reads them.

const whole = new Intl.NumberFormat("en");

/** Returns a count with its thousands apart: 1,234. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** Returns a count with its noun: "1 file", "3 files". */
export function formatMany(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Returns a size in decimal units with at most three digits: 48 kB, 1.2 MB. A line never breaks inside it. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")}\u00a0${UNITS[unit]}`;
}

/** Returns the bytes of a size as it is typed: 500 MB, 2g, 1.5 GB, 16 MiB; null for anything else, and for nothing at all. */
export function parseSize(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?))?b?\s*$/i.exec(text);
  if (match === null) return null;
  const unit = " kmgt".indexOf((match[2] ?? "").toLowerCase() || " ");
  const step = (match[3] ?? "") === "" ? 1000 : 1024;
  const bytes = Math.round(Number(match[1]) * step ** unit);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null;
}

/** Returns a span of milliseconds as a clock: 00:42, 1:02:03. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const precise = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

/** Returns a time of the past (RFC 3339) as a person says it, seen from `now`. */
export function formatAgo(time: string, now: number): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return time;
  const seconds = Math.round((now - then) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3600) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), "hour");
  if (seconds < 7 * 86_400) return relative.format(-Math.round(seconds / 86_400), "day");
  return day.format(then);
}

/** Returns how long ago a time (RFC 3339) was, in as few letters as can be: 5m, 2h, 3d. */
export function formatAge(time: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(time)) / 60_000);
  if (Number.isNaN(minutes)) return "";
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h`;
  return `${formatCount(Math.floor(minutes / (24 * 60)))}d`;
}

/** Returns a time (RFC 3339) in full, in the local zone. */
export function formatTime(time: string): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? time : precise.format(then);
}

const clock = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });

/** Returns the time of day of a time (RFC 3339), in the local zone: 10:00:05. */
export function formatTimeOfDay(time: string): string {
  const then = Date.parse(time);
  return Number.isNaN(then) ? time : clock.format(then);
}

const moment = new Intl.DateTimeFormat("en", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** Returns when something began (RFC 3339), short: the time of day, with its day when that was not today. */
export function formatStart(time: string, now: Date): string {
  const then = new Date(time);
  if (then.toDateString() === now.toDateString()) return formatTimeOfDay(time);
  return then.getFullYear() === now.getFullYear() ? moment.format(then) : formatTime(time);
}

/** Returns a span of time in the local zone, by its begin and length in milliseconds: Nov 26, 2026, 10:00:00 – 10:00:10. */
export function formatSpan(begin: number, length: number): string {
  return length < 86_400_000
    ? `${precise.format(begin)} – ${clock.format(begin + length)}`
    : `${day.format(begin)} – ${day.format(begin + length)}`;
}

/** Returns permission bits as `ls` writes them: rwxr-sr-t. */
export function formatMode(mode: number): string {
  const bit = (mask: number, letter: string): string => ((mode & mask) === 0 ? "-" : letter);
  const last = (run: number, special: number, letter: string): string =>
    (mode & special) === 0 ? bit(run, "x") : (mode & run) === 0 ? letter.toUpperCase() : letter;
  return (
    bit(0o400, "r") +
    bit(0o200, "w") +
    last(0o100, 0o4000, "s") +
    bit(0o040, "r") +
    bit(0o020, "w") +
    last(0o010, 0o2000, "s") +
    bit(0o004, "r") +
    bit(0o002, "w") +
    last(0o001, 0o1000, "t")
  );
}
