// Versions are compared as numbers, part by part.
import { expect, it } from "vitest";
import { nodeProblem } from "../node-version.cjs";
import { atLeast } from "./toolchain.mjs";

it.each([
  ["20.19.0", true],
  ["20.20.2", true],
  ["22.0.0", true],
  ["20.9.9", false],
  ["18.20.0", false],
  ["20.19", true],
])("%s is at least 20.19.0: %s", (version, expected) => {
  expect(atLeast(version, [20, 19, 0])).toBe(expected);
});

it.each([
  ["12.22.9", false],
  ["18.20.0", false],
  ["20.18.3", false],
  ["20.19.0", true],
  ["22.1.0", true],
])("Node %s will do: %s", (version, expected) => {
  expect(nodeProblem(version) === undefined).toBe(expected);
});
