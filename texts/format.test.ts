import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatMany,
  formatMode,
  formatTimeOfDay,
  parseSize,
} from "./format.js";

describe("format", () => {
  it("writes the time of day", () => {
    const time = new Date(2026, 10, 26, 0, 5, 7).toISOString();
    expect([formatTimeOfDay(time), formatTimeOfDay("soon")]).toEqual(["00:05:07", "soon"]);
  });

  it("writes sizes in three digits", () => {
    const sizes = [0, 999, 1000, 48_000, 1_249_000, 9_960_000, 24_000_000, 999_499, 999_600, 5e9, 2e18];
    expect(sizes.map(formatBytes)).toEqual([
      "0\u00a0B",
      "999\u00a0B",
      "1\u00a0kB",
      "48\u00a0kB",
      "1.2\u00a0MB",
      "10\u00a0MB",
      "24\u00a0MB",
      "999\u00a0kB",
      "1\u00a0MB",
      "5\u00a0GB",
      "2000\u00a0PB",
    ]);
  });

  it("writes counts with their noun", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect(formatMany(1, "file")).toBe("1 file");
    expect(formatMany(0, "entry", "entries")).toBe("0 entries");
  });

  it("writes spans and moments", () => {
    expect(formatClock(42_900)).toBe("00:42");
    expect(formatClock(3_723_000)).toBe("1:02:03");
    expect(formatClock(-5)).toBe("00:00");
    const now = Date.parse("2026-01-10T12:00:00Z");
    expect(formatAgo("2026-01-10T11:59:50Z", now)).toBe("just now");
    expect(formatAgo("2026-01-10T11:55:00Z", now)).toBe("5 minutes ago");
    expect(formatAgo("2026-01-09T11:00:00Z", now)).toBe("yesterday");
    expect(formatAgo("not a time", now)).toBe("not a time");
    expect(formatAge("2026-01-10T11:55:00Z", now)).toBe("5m");
    expect(formatAge("2026-01-07T11:00:00Z", now)).toBe("3d");
    expect(formatAge("2026-01-10T12:00:00Z", now)).toBe("now");
  });

  it("writes modes as ls does", () => {
    expect(formatMode(0o755)).toBe("rwxr-xr-x");
    expect(formatMode(0o4755)).toBe("rwsr-xr-x");
    expect(formatMode(0o2644)).toBe("rw-r-Sr--");
    expect(formatMode(0o1777)).toBe("rwxrwxrwt");
    expect(formatMode(0)).toBe("---------");
  });
});

describe("parseSize", () => {
  it("reads sizes as people type them", () => {
    expect(["500", "500\u00a0MB", "2g", " 1.5 GB ", "3kb", "1TB", "16 MiB", "2gi"].map(parseSize)).toEqual([
      500,
      500e6,
      2e9,
      1.5e9,
      3000,
      1e12,
      16 * 1024 ** 2,
      2 * 1024 ** 3,
    ]);
  });

  it("refuses everything else", () => {
    for (const text of ["", "much", "0", "-1", "1,5\u00a0GB", "1 XB", "1 iB", "99999999\u00a0TB"]) {
      expect(parseSize(text), text).toBeNull();
    }
  });
});
