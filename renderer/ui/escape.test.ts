import { describe, expect, it } from "vitest";
import golden from "../../protocol/text/escapes.json" with { type: "json" };
import { decodeBase64, displayCommand, displayPath, encodeBase64, escapeBytes, quoteWord } from "./escape.js";

const { examples } = golden;

describe("escape", () => {
  it.each(examples)("shows what the helper shows for the same bytes: $shown", ({ bytes, shown }) => {
    expect(escapeBytes(decodeBase64(bytes))).toBe(shown);
    expect(displayPath({ path: "lossy", path_bytes: bytes })).toBe(shown);
  });

  it("brings bytes through base64", () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 256);
    expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
  });

  it("writes commands so that their words can be told apart", () => {
    expect(displayCommand(["sh", "-c", "echo 'hi'\n"])).toBe("sh -c 'echo '\\\\''hi'\\\\''\\n'");
    expect(quoteWord("")).toBe("''");
    expect(quoteWord("/usr/bin/foo-1.2")).toBe("/usr/bin/foo-1.2");
  });
});
