// Draws one SVG picture: in a thread of its own, without network, files or page, that may be stopped at any time. Knows the
// file only by asking the page for parts of it.
import wasm from "@resvg/resvg-wasm/index_bg.wasm?url&inline";
import { decodeBase64 } from "../../ui/escape.js";
import { inPieces, TooMuch } from "../inside/input.js";
import type { TakePart } from "../inside/messages.js";
import { failureOf, PageInput } from "../inside/page-input.js";
import { OwnFiles } from "../pages/pdf-data.js";
import { type AskDrawing, DRAWING_LIMIT, type GotDrawing } from "./messages.js";
import { prepare, render } from "./render.js";

const FONTS = ["Regular", "Bold", "Italic", "BoldItalic"].map((style) => `LiberationSans-${style}.ttf`);

let input: PageInput | undefined;

addEventListener("message", ({ data }: MessageEvent<AskDrawing | TakePart>) => {
  if (data.do === "take") input?.take(data);
  else draw(data.size).catch((thrown: unknown) => postMessage(failureOf(thrown)));
});

async function draw(size: number): Promise<void> {
  if (size > DRAWING_LIMIT) throw new TooMuch("picture");
  input = new PageInput(size);
  const svg = await inPieces(input, 0, size);
  const files = new OwnFiles();
  const fonts = await Promise.all(FONTS.map((filename) => files.fetch({ filename })));
  await prepare(decodeBase64(wasm.slice(wasm.indexOf(",") + 1)));
  const drawn = render(svg, fonts);
  postMessage({ say: "drawn", ...drawn } satisfies GotDrawing, { transfer: [drawn.png.buffer] });
}
