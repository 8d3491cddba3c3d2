import { describe, expect, it } from "vitest";
import { compareNames } from "./name-order.js";
import { Names } from "./names.js";
import { seeded } from "./tree.fixture.js";

const ODD = [
  "",
  "a",
  "A",
  "ÿ",
  "\u0100",
  "日本",
  "x".repeat(300),
  "\0\u00ff\u00fe",
  "é",
  "e\u0301",
  "\ud83d\ude00",
];

describe("names", () => {
  it("are given back as they were, and found in the folder that they are in", () => {
    const parents = new Int32Array(64);
    const names = new Names();
    const ids = ODD.map((name, n) => {
      parents[n + 1] = n % 2;
      return names.add(parents, name);
    });
    expect(ids.map((id) => names.get(id))).toEqual(ODD);
    for (const [n, name] of ODD.entries()) {
      expect([names.find(parents, n % 2, name), names.find(parents, 1 - (n % 2), name)]).toEqual([ids[n], 0]);
    }
  });

  it("agree with a map of strings, whatever comes and goes", () => {
    const random = seeded(7);
    const parents = new Int32Array(40_000);
    const names = new Names();
    const known = new Map<string, number>();
    let last = 0;
    for (let step = 0; step < 6_000; step++) {
      const parent = random(20);
      const name = `${ODD[random(ODD.length)]}${random(40)}`;
      const key = `${parent}/${name}`;
      const id = known.get(key);
      expect(names.find(parents, parent, name)).toBe(id ?? 0);
      if (id === undefined) {
        last += 1;
        parents[last] = parent;
        known.set(key, names.add(parents, name));
        expect(known.get(key)).toBe(last);
      } else if (random(3) > 0) {
        names.remove(parents, id);
        known.delete(key);
      }
    }
    expect(known.size).toBeGreaterThan(500);
  });

  it("are compared as strings are", () => {
    const texts = [
      "a",
      "a1",
      "a2",
      "a10",
      "a01",
      "a1b",
      "a2b",
      "b",
      "file 9",
      "file 10",
      "é1",
      "é2",
      "日1",
      "日10",
      "1",
      "01",
      "f1.x",
      "f1.10",
    ];
    const parents = new Int32Array(64);
    const names = new Names();
    const ids = texts.map((text) => names.add(parents, text));
    for (const [n, a] of texts.entries())
      for (const [m, b] of texts.entries())
        expect(Math.sign(names.compare(ids[n]!, ids[m]!)), `${a} and ${b}`).toBe(
          Math.sign(compareNames(a, b)),
        );
  });

  it("hold and begin with a text in any case", () => {
    const parents = new Int32Array(8);
    const names = new Names();
    for (const name of ["ReadMe.TXT", "ÄÖ.png", "Ωmega日本"]) names.add(parents, name);
    const holds = (needle: string): boolean[] => [1, 2, 3].map((id) => names.holds(id, needle));
    const begins = (needle: string): boolean[] => [1, 2, 3].map((id) => names.begins(id, needle));
    expect(holds("me.t")).toEqual([true, false, false]);
    expect(holds("äö")).toEqual([false, true, false]);
    expect(holds("mega日")).toEqual([false, false, true]);
    expect(holds("ωmega日本x")).toEqual([false, false, false]);
    expect(begins("readme.txt")).toEqual([true, false, false]);
    expect(begins("eadme")).toEqual([false, false, false]);
    expect(begins("ω")).toEqual([false, false, true]);
    expect([holds(""), begins("")]).toEqual([
      [true, true, true],
      [true, true, true],
    ]);
  });
});
