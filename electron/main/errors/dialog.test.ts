// Every code has a heading of its own words. The dialog itself is Electron's.
import { expect, test, vi } from "vitest";
import { ErrorCode } from "../../../protocol/src/errors.js";
import { FATAL_HEADINGS as HEADINGS } from "../../../texts/errors.js";

const showErrorBox = vi.hoisted(() => vi.fn<(title: string, content: string) => void>());
vi.mock("electron", () => ({ dialog: { showErrorBox } }));

const { showFatal } = await import("./dialog.js");

test.each(ErrorCode.options)("%s has a heading", (code) => {
  expect(HEADINGS[code]).toMatch(/^[A-Z].{8,}[^.]$/);
});

test("there is no heading for a code that does not exist", () => {
  expect(Object.keys(HEADINGS).toSorted()).toEqual([...ErrorCode.options].toSorted());
});

test("the dialog says what happened and what to do", () => {
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  showFatal({ code: "disk-full", message: "There is no room.", hint: "Free some.", own: true });
  expect(showErrorBox).toHaveBeenCalledWith(HEADINGS["disk-full"], "There is no room.\n\nFree some.");
  expect(stderr).toHaveBeenCalledWith(expect.stringContaining("There is no room."));
  stderr.mockRestore();
});
