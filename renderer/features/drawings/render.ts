// An SVG picture as a PNG, by resvg: no script is run, no address is opened, letters are of our own fonts. Knows no worker.
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { Damaged, TooMuch } from "../inside/input.js";
import { withMemoryLimit } from "./memory-limit.js";
import type { GotDrawing } from "./messages.js";

/** The most memory that a picture may take while it is drawn, in pages of 64 KiB: 512 MiB. */
const MEMORY_PAGES = 8192;
/** It is drawn no larger, in dots, and a small one no smaller than this. */
const WIDTH = 1100;
const HEIGHT = 3300;
const SMALL = 512;
// oxlint-disable-next-line alcatraz/words-in-texts -- a font's name
const FAMILY = "Liberation Sans";

/** Makes resvg ready, from its module. */
export async function prepare(wasm: Uint8Array): Promise<void> {
  await initWasm(withMemoryLimit(wasm, MEMORY_PAGES));
}

/** Draws a picture. Throws `Damaged` or `TooMuch`; after the latter nothing can be drawn any more. */
export function render(svg: Uint8Array, fonts: Uint8Array[]): Omit<GotDrawing, "say"> {
  try {
    const font = {
      fontBuffers: fonts,
      defaultFontFamily: FAMILY,
      serifFamily: FAMILY,
      sansSerifFamily: FAMILY,
      monospaceFamily: FAMILY,
      cursiveFamily: FAMILY,
      fantasyFamily: FAMILY,
    };
    const measured = new Resvg(svg, { font });
    const { width, height } = measured;
    measured.free();
    const drawer = new Resvg(svg, { font, fitTo: { mode: "zoom", value: zoom(width, height) } });
    const png = new Uint8Array(drawer.render().asPng());
    return { png, width: Math.round(width), height: Math.round(height) };
  } catch (thrown) {
    // A module that stopped in the middle: its memory was used up, or it met what it had not expected.
    if (thrown instanceof WebAssembly.RuntimeError) throw new TooMuch("drawing");
    throw new Damaged({ said: String(thrown instanceof Error ? thrown.message : thrown).replace(/\.$/, "") });
  }
}

/** Returns by how much a picture of this size is drawn larger or smaller. */
export function zoom(width: number, height: number): number {
  const most = Math.min(WIDTH / width, HEIGHT / height);
  return Math.min(most, Math.max(1, SMALL / Math.max(width, height)));
}
