import { expect, test } from "vitest";
import { findEntries, type Entry } from "./palette-model.js";

const entries: Entry[] = [
  "Go to History",
  "Settings",
  "Commit what is chosen",
  "Open install.sh",
  "Show it light",
].map((label) => ({ label, kind: "", run: () => undefined }));
const labels = (typed: string): string[] => findEntries(entries, typed).map(({ label }) => label);

test("nothing typed shows all, in their order", () => {
  expect(labels("  ")).toEqual(entries.map(({ label }) => label));
});

test("letters are found in their order, wherever they are", () => {
  expect(labels("hist")[0]).toBe("Go to History");
  expect(labels("INST")[0]).toBe("Open install.sh");
  expect(labels("cwic")).toEqual(["Commit what is chosen"]);
  expect(labels("xyz")).toEqual([]);
});

test("a beginning goes before what lies further in", () => {
  expect(labels("s")[0]).toBe("Settings");
  expect(labels("show it")[0]).toBe("Show it light");
});
