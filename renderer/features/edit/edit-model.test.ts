import { expect, test } from "vitest";
import { fromEditable, fromLines, toEditable, toLines } from "./edit-model.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("what is not touched comes back byte for byte", () => {
  for (const text of ["", "a\n", "no end", "a\r\nb\r\n", "\ufeffmark\n", "größe 𝄞\n", "\u202etab\t\n"]) {
    const editable = toEditable(bytes(text))!;
    expect(editable.text).not.toContain("\r");
    expect(fromEditable(editable, editable.text)).toEqual(bytes(text));
  }
});

test("a new line ends as the others do", () => {
  const editable = toEditable(bytes("a\r\nb\r\n"))!;
  expect(fromEditable(editable, "a\nx\nb\n")).toEqual(bytes("a\r\nx\r\nb\r\n"));
});

test("an editor gets the file's own line ends, and gives back what the text box keeps", () => {
  const editable = toEditable(bytes("a\r\nb\r\n"))!;
  expect(fromLines(editable, editable.text)).toBe("a\r\nb\r\n");
  expect(toLines("\ufeffa\r\nx\r\n")).toBe("a\nx\n");
  for (const saved of ["a\rb\n", "a\r\nb\n", "a\0"]) expect(toLines(saved)).toBeNull();
});

test("what a text box cannot keep is not offered", () => {
  expect(toEditable(bytes("mixed\r\nends\n"))).toBeNull();
  expect(toEditable(bytes("old mac\rends\r"))).toBeNull();
  expect(toEditable(bytes("nul\0"))).toBeNull();
  expect(toEditable(Uint8Array.of(0xff, 0x41))).toBeNull();
});
