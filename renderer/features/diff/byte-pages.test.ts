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
