import { describe, expect, it } from "vitest";
import { displayCommand, displayPath, encodeBase64, escapeBytes, escapeText, quoteWord } from "./escape.js";

describe("escape", () => {
  it("shows what the helper shows for the same bytes", () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode("/tmp/"),
      0xff,
      ...new TextEncoder().encode("\u001b[31m\n\u202e"),
    ]);
    expect(escapeBytes(bytes)).toBe("/tmp/\\xff\\u{1b}[31m\\n\\u{202e}");
    expect(displayPath({ path: "lossy", path_bytes: encodeBase64(bytes) })).toBe(
      "/tmp/\\xff\\u{1b}[31m\\n\\u{202e}",
    );
  });

  it("leaves honest names alone", () => {
    for (const name of ["plain.txt", "été", "日本語", "🙂.png", "a b 'c'"])
      expect(escapeText(name)).toBe(name);
  });

  it("escapes every character that hides or turns text", () => {
    for (const c of [
      "\u0000",
      "\u007f",
      "\u0085",
      "\u00ad",
      "\u061c",
      "\u180e",
      "\u200b",
      "\u2028",
      "\u2066",
      "\ufeff",
      "\ufffb",
      "\u{e0041}",
    ]) {
      expect(escapeText(`a${c}b`)).toBe(`a\\u{${c.codePointAt(0)?.toString(16)}}b`);
    }
    expect(escapeText("a\\b\tc\rd")).toBe("a\\\\b\\tc\\rd");
  });

  it("takes overlong, cut and surrogate sequences for bytes", () => {
    expect(escapeBytes(new Uint8Array([0xc0, 0xaf]))).toBe("\\xc0\\xaf");
    expect(escapeBytes(new Uint8Array([0xe2, 0x82]))).toBe("\\xe2\\x82");
    expect(escapeBytes(new Uint8Array([0xed, 0xa0, 0x80]))).toBe("\\xed\\xa0\\x80");
    expect(escapeBytes(new Uint8Array([0xf4, 0x90, 0x80, 0x80]))).toBe("\\xf4\\x90\\x80\\x80");
    expect(escapeBytes(new Uint8Array([0xf0, 0x9f, 0x99, 0x82]))).toBe("🙂");
  });

  it("writes commands so that their words can be told apart", () => {
    expect(displayCommand(["sh", "-c", "echo 'hi'\n"])).toBe("sh -c 'echo '\\\\''hi'\\\\''\\n'");
    expect(quoteWord("")).toBe("''");
    expect(quoteWord("/usr/bin/foo-1.2")).toBe("/usr/bin/foo-1.2");
  });
});
