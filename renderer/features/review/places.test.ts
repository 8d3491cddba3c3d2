import { describe, expect, it } from "vitest";
import { Places } from "./places.js";

const fits = (pattern: string, path: string): boolean => {
  const places = new Places([{ path: pattern, mark: 1 }]);
  return places.here(places.walk(path.split("/").filter((part) => part !== ""))) === 1;
};

describe("path patterns", () => {
  it.each([
    ["/etc/hosts", "/etc/hosts", true],
    ["/etc/hosts", "/etc/hosts/x", false],
    ["/etc/hosts", "/srv/etc/hosts", false],
    ["/etc/*", "/etc/a.b", true],
    ["/etc/*.d", "/etc/cron.d", true],
    ["/etc/*.d", "/etc/cronxd", false],
    ["/etc/rc?.d", "/etc/rc5.d", true],
    ["/etc/rc?.d", "/etc/rc.d", false],
    ["/etc/{a,b}/c", "/etc/b/c", true],
    ["/etc/{a,b}/c", "/etc/{a,b}/c", false],
    ["/etc/{a,b/c}/d", "/etc/b/c/d", true],
    ["{,/usr}/lib/x", "/lib/x", true],
    ["{,/usr}/lib/x", "/usr/lib/x", true],
    ["/a/**", "/a/b/c", true],
    ["/a/**", "/a", false],
    ["/a/**/z", "/a/z", true],
    ["/a/**/z", "/a/b/c/z", true],
    ["/a/**/z", "/b/z", false],
    ["**/*.{jpg,txt}.sh", "/x/y.jpg.sh", true],
    ["**/*.{jpg,txt}.sh", "/x/y.jpgxsh", false],
    ["/a*", "/a\nb", true],
    ["/**", "/", false],
  ])("%s and %j: %s", (pattern, path, expected) => {
    expect(fits(pattern, path)).toBe(expected);
  });

  it("are told apart by their marks, and taken away by exceptions", () => {
    const places = new Places([
      { path: "/a/**", mark: 1 },
      { path: "/a/b", mark: 2 },
      { path: "/a/c/**", mark: 1, except: true },
    ]);
    expect(places.here(places.walk(["a", "b"]))).toBe(3);
    expect(places.here(places.walk(["a", "c"]))).toBe(1);
    expect(places.here(places.walk(["a", "c", "d"]))).toBe(0);
  });

  it("take the parts of a base as they are", () => {
    const places = new Places([{ path: "/x", base: ["home", "a*{b}"], mark: 1 }]);
    expect(places.here(places.walk(["home", "a*{b}", "x"]))).toBe(1);
    expect(places.here(places.walk(["home", "aab", "x"]))).toBe(0);
  });

  it("are known above the place that they name, unless that may be anywhere", () => {
    const places = new Places([
      { path: "/home/ann/.ssh/**", mark: 1 },
      { path: "/home/**/*.so", mark: 2 },
    ]);
    expect(places.below(places.start)).toBe(0);
    expect(places.below(places.walk(["home", "ann"]))).toBe(1);
    expect(places.below(places.walk(["home", "bob"]))).toBe(0);
  });

  it("need few states for many names", () => {
    const places = new Places([{ path: "**/*.pdf.sh", mark: 1 }]);
    const folder = places.walk(["a"]);
    const states = new Set(Array.from({ length: 1000 }, (_, n) => places.step(folder, `name ${n}`)));
    expect(states.size).toBe(1);
  });
});
