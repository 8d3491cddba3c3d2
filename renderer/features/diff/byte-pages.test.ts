import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../protocol/src/bridge.js";
import { BytePages, PAGE_BYTES } from "./byte-pages.js";

type Answer = Outcome<{ bytes: Uint8Array; size: number }>;

function lab() {
  const asked: number[] = [];
  const answers: ((answer: Answer) => void)[] = [];
  let news = 0;
  const pages = new BytePages(
    (offset) => {
      asked.push(offset);
      return new Promise((resolve) => answers.push(resolve));
    },
    () => news++,
  );
  const answer = async (answer: Answer): Promise<void> => {
    answers.shift()?.(answer);
    await Promise.resolve();
  };
  return { pages, asked, answer, news: () => news };
}

describe("pages of bytes", () => {
  it("are asked for once and then there", async () => {
    const { pages, asked, answer, news } = lab();
    expect(pages.get(PAGE_BYTES + 16, 16)).toBeUndefined();
    expect(pages.get(PAGE_BYTES + 32, 16)).toBeUndefined();
    expect(asked).toEqual([PAGE_BYTES]);
    await answer({ ok: true, value: { bytes: new Uint8Array([...Array(40).keys()]), size: 0 } });
    expect(news()).toBe(1);
    expect([...(pages.get(PAGE_BYTES + 32, 16) ?? [])]).toEqual([32, 33, 34, 35, 36, 37, 38, 39]);
  });

  it("are forgotten, the oldest first, and asked for again", async () => {
    const { pages, asked, answer } = lab();
    for (let page = 0; page < 70; page++) {
      pages.get(page * PAGE_BYTES, 1);
      await answer({ ok: true, value: { bytes: new Uint8Array(1), size: 0 } });
    }
    expect(pages.get(69 * PAGE_BYTES, 1)).toBeDefined();
    expect(asked).toHaveLength(70);
    expect(pages.get(0, 1)).toBeUndefined();
    expect(asked.at(-1)).toBe(0);
  });

  it("are kept in the next reading until they are there anew, and asked for one at a time", async () => {
    const { pages, asked, answer } = lab();
    const of = (byte: number): Answer => ({ ok: true, value: { bytes: Uint8Array.of(byte), size: 1 } });
    pages.get(0, 1);
    await answer(of(1));
    for (const reading of [1, 2, 3]) {
      pages.renew(reading);
      expect(pages.get(0, 1)).toEqual(Uint8Array.of(1));
    }
    expect(asked).toEqual([0, 0]);
    // What comes late is shown, and asked for again.
    await answer(of(2));
    expect(pages.get(0, 1)).toEqual(Uint8Array.of(2));
    expect(asked).toEqual([0, 0, 0]);
    await answer(of(3));
    expect(pages.get(0, 1)).toEqual(Uint8Array.of(3));
    expect(asked).toHaveLength(3);
  });

  it("forget an error in the next reading", async () => {
    const { pages, answer } = lab();
    const failed: Answer = { ok: false, error: { code: "io", message: "", hint: "" } };
    pages.get(0, 1);
    await answer(failed);
    pages.renew(1);
    expect(pages.error).toBeNull();
    pages.get(0, 1);
    pages.renew(2);
    await answer(failed);
    // Of a reading that is over: the next one tells.
    expect(pages.error).toBeNull();
    pages.get(0, 1);
    await answer(failed);
    expect(pages.error?.code).toBe("io");
  });

  it("tell an error, and nothing after they were left", async () => {
    const { pages, answer, news } = lab();
    pages.get(0, 1);
    await answer({ ok: false, error: { code: "io", message: "", hint: "" } });
    expect(pages.error?.code).toBe("io");
    pages.get(PAGE_BYTES, 1);
    pages.close();
    await answer({ ok: true, value: { bytes: new Uint8Array(1), size: 0 } });
    expect(news()).toBe(1);
  });
});
