import { describe, expect, it } from "vitest";
import { ENCODINGS } from "../../../texts/encodings.js";
import { decodeText, guessEncoding, isEncoding, type Encoding } from "./encoding-model.js";

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);
const utf16 = (text: string, little: boolean): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((unit) =>
      little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255],
    ),
  );

describe("the encoding of a text", () => {
  it("is told by its mark, or by its bytes", () => {
    const cases: [Encoding, Uint8Array, string][] = [
      ["utf-8", new TextEncoder().encode("größe 日本\n"), "größe 日本\n"],
      ["utf-8", bytes(0xef, 0xbb, 0xbf, 0x61), "a"],
      ["utf-16le", bytes(0xff, 0xfe, ...utf16("né\n", true)), "né\n"],
      ["utf-16be", bytes(0xfe, 0xff, ...utf16("né\n", false)), "né\n"],
      ["utf-16le", utf16("[Settings]\r\nname=Größe\r\n", true), "[Settings]\r\nname=Größe\r\n"],
      ["utf-16be", utf16("[Settings]\r\nname=Größe\r\n", false), "[Settings]\r\nname=Größe\r\n"],
      ["windows-1252", bytes(0x63, 0x61, 0x66, 0xe9, 0x0a), "café\n"],
      // こんにちは
      ["shift_jis", bytes(0x82, 0xb1, 0x82, 0xf1, 0x82, 0xc9, 0x82, 0xbf, 0x82, 0xcd), "こんにちは"],
      ["euc-jp", bytes(0xa4, 0xb3, 0xa4, 0xf3, 0xa4, 0xcb, 0xa4, 0xc1, 0xa4, 0xcf), "こんにちは"],
      ["iso-2022-jp", bytes(0x1b, 0x24, 0x42, 0x24, 0x33, 0x24, 0x73, 0x1b, 0x28, 0x42, 0x0a), "こん\n"],
    ];
    for (const [encoding, data, text] of cases) {
      expect(guessEncoding(data), text).toBe(encoding);
      expect(decodeText(data, encoding)).toBe(text);
    }
  });

  it("is read without the half of a character where the bytes go on", () => {
    const cut = new TextEncoder().encode("größe é").subarray(0, -1);
    expect(decodeText(cut, "utf-8", true)).toBe("größe ");
    expect(decodeText(cut, "utf-8")).toBe("größe \ufffd");
  });

  it("is not mistaken when the sample cuts a character, or when there is hardly anything", () => {
    expect(guessEncoding(new TextEncoder().encode(`${"a".repeat(64 * 1024 - 1)}é`))).toBe("utf-8");
    expect(guessEncoding(bytes())).toBe("utf-8");
    expect(guessEncoding(bytes(0xe9))).toBe("utf-8");
    expect(guessEncoding(bytes(0xe9, 0x0a))).toBe("windows-1252");
  });

  it("can be any that the browser knows", () => {
    for (const name of Object.keys(ENCODINGS)) {
      expect(isEncoding(name)).toBe(true);
      expect(() => new TextDecoder(name)).not.toThrow();
    }
    expect(isEncoding("klingon")).toBe(false);
  });
});
