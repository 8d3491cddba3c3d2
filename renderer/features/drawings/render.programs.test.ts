// What hostile SVG pictures come to: nothing is run or loaded, and whatever a file holds ends in a picture or in words.
import { readFileSync } from "node:fs";
import { beforeAll, expect, test, vi } from "vitest";
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

test("the module is given nothing that could open an address or run a script", () => {
  const given = WebAssembly.Module.imports(new WebAssembly.Module(WASM)).map(({ name }) =>
    name.replace(/_[0-9a-f]{16}$/, ""),
  );
  expect([...new Set(given)].toSorted()).toEqual([
    "__wbg_buffer",
    "__wbg_done",
    "__wbg_instanceof_Uint8Array",
    "__wbg_length",
    "__wbg_new",
    "__wbg_newwithbyteoffsetandlength",
    "__wbg_next",
    "__wbg_push",
    "__wbg_set",
    "__wbg_value",
    "__wbg_values",
    "__wbindgen_memory",
    "__wbindgen_object_drop_ref",
    "__wbindgen_string_get",
    "__wbindgen_string_new",
    "__wbindgen_throw",
  ]);
});

test("scripts and addresses are nothing to it", () => {
  const opened = vi.fn();
  for (const way of ["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "importScripts"])
    vi.stubGlobal(way, (...given: unknown[]) => opened(way, ...given));
  const at = "http://127.0.0.1:9/a.png";
  draw(
    `<script>globalThis.ran = 1</script><image width="9" height="9" href="${at}"/><image href="/etc/passwd"/>` +
      `<style>@import "${at}"; rect { fill: url(${at}#a) }</style><rect width="9" height="9"/><use href="${at}#b"/>`,
  );
  vi.unstubAllGlobals();
  expect(opened).not.toHaveBeenCalled();
  expect(globalThis).not.toHaveProperty("ran");
});

test("what it says of a picture is short, though it quotes names in full", () => {
  const name = "n".repeat(1024 * 1024);
  for (const body of [`<${name}></g>`, `<g ${name}="1" ${name}="2"/>`, `<${name}:a/>`]) {
    let failed: unknown;
    try {
      draw(body);
    } catch (thrown) {
      failed = thrown;
    }
    expect(failed, body.slice(0, 9)).toBeInstanceOf(Damaged);
    expect(failed).toHaveProperty("message.length", 201);
  }
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
