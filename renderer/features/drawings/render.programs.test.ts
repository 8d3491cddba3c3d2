// What hostile SVG pictures come to: nothing is run or loaded, and whatever a file holds ends in a picture or in words.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { beforeAll, expect, test } from "vitest";
import { Damaged } from "../inside/input.js";
import { withMemoryLimit } from "./memory-limit.js";
import { prepare, render, zoom } from "./render.js";

const WASM = readFileSync(new URL("../../../node_modules/@resvg/resvg-wasm/index_bg.wasm", import.meta.url));

beforeAll(() => prepare(WASM));

function draw(body: string, size = 'width="20" height="10"'): ReturnType<typeof render> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size}>${body}</svg>`;
  return render(new TextEncoder().encode(svg), []);
}

/** The size that a PNG gives itself. */
function pngSize(png: Uint8Array): [width: number, height: number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

test("a picture is drawn in a size that one can look at, and says its own", () => {
  const { png, width, height } = draw('<rect width="20" height="10" fill="red"/>');
  expect([width, height]).toEqual([20, 10]);
  expect(pngSize(png)).toEqual([512, 256]);
});

test("no picture is drawn larger than the page shows, whatever it says of itself", () => {
  const { png } = draw("", 'width="2000000" height="1000000"');
  expect(pngSize(png)).toEqual([1100, 550]);
  expect(zoom(10, 1_000_000) * 1_000_000).toBe(3300);
  expect(() => draw("", 'width="0" height="10"')).toThrow(Damaged);
});

test("scripts and addresses are nothing to it", async () => {
  let asked = 0;
  const server = createServer((_, answer) => {
    asked += 1;
    answer.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const at = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/a.png`;
  draw(
    `<script>globalThis.ran = 1</script><image width="9" height="9" href="${at}"/><image href="/etc/passwd"/>` +
      `<style>@import "${at}"; rect { fill: url(${at}#a) }</style><rect width="9" height="9"/><use href="${at}#b"/>`,
  );
  await new Promise((done) => server.close(done));
  expect(asked).toBe(0);
  expect(globalThis).not.toHaveProperty("ran");
});

test("what is no picture, or refers to itself, ends in words or a picture", () => {
  for (const text of ["", "<svg", "no picture", "<html/>"])
    expect(() => render(new TextEncoder().encode(text), []), text).toThrow(Damaged);
  draw('<g id="a"><use href="#a"/></g><pattern id="p" fill="url(#p)"><rect fill="url(#p)"/></pattern>');
  const entities = `<!DOCTYPE svg [<!ENTITY a "lol">${"bcdefghij"
    .split("")
    .map((name, at) => `<!ENTITY ${name} "${`&${"abcdefghi"[at]};`.repeat(10)}">`)
    .join("")}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>&j;</text></svg>`;
  expect(() => render(new TextEncoder().encode(entities), [])).toThrow(Damaged);
});

test("its memory has a bound", async () => {
  const limited = withMemoryLimit(WASM, 100);
  expect(WebAssembly.validate(limited)).toBe(true);
  // Its own beginning counts where that is more.
  const { instance } = await WebAssembly.instantiate(
    withMemoryLimit(
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 2, 7, 5, 1, 1, 0x6d, 2, 0),
      200,
    ),
  );
  const { m } = instance.exports as { m: WebAssembly.Memory };
  expect(m.grow(198)).toBe(2);
  expect(() => m.grow(1)).toThrow(RangeError);
  expect(() => withMemoryLimit(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), 1)).toThrow("no memory");
});
