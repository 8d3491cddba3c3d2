import { expect, test } from "vitest";
import { splitChain } from "./path-parts.js";

test("folders are cut in the middle: where they begin is one part, the rest another", () => {
  expect(splitChain("/usr/share/locale/")).toEqual(["/usr/", "share/locale/"]);
  expect(splitChain("~/photos/album/")).toEqual(["~/", "photos/album/"]);
  expect(splitChain("photos/")).toEqual(["photos/", ""]);
  expect(splitChain("/")).toEqual(["", "/"]);
  expect(splitChain("")).toEqual(["", ""]);
});
