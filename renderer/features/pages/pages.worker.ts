// Draws pages of one PDF document: in a thread of its own, without network, files or page, that may be stopped at any
// time. Knows the file only by asking the page for parts of it. pdf.js runs no script of a document and makes no code of it.
import { getDocument, PDFDataRangeTransport, PDFWorker, type PDFDocumentProxy } from "pdfjs-dist";
import { allowOwnWorkers } from "../../trusted-types.js";
import { Damaged, inPieces, Locked, TooMuch } from "../inside/input.js";
import type { TakePart } from "../inside/messages.js";
import { failureOf, PageInput } from "../inside/page-input.js";
import { CANVAS_LIMIT, Canvases } from "./canvases.js";
import type { AskPages, GotPages } from "./messages.js";
import { OwnFiles } from "./pdf-data.js";

/** A page becomes a picture of this width, unless it is very tall. */
const WIDTH = 1100;
const HEIGHT_LIMIT = 3300;
/** Pictures in a document may have so many pixels. */
const PICTURE_LIMIT = 32 * 1024 * 1024;
const FIRST_PART = 256 * 1024;

let input: PageInput | undefined;
let opened: Promise<PDFDocumentProxy> | undefined;

allowOwnWorkers();
addEventListener("message", ({ data }: MessageEvent<AskPages | TakePart>) => {
  if (data.do === "take") input?.take(data);
  else answer(data).catch(fail);
});

/** Says why there is nothing to see any more: the page stops this worker. */
function fail(thrown: unknown): void {
  postMessage(failureOf(blame(thrown)));
}

async function answer(question: AskPages): Promise<void> {
  if (question.do === "open") {
    input = new PageInput(question.size);
    opened = open(input);
    postMessage({ say: "opened", pages: (await opened).numPages } satisfies GotPages);
    return;
  }
  const document = await opened;
  if (document === undefined) throw new Error("No document was opened");
  const { page } = question;
  try {
    const image = await draw(document, page);
    postMessage({ say: "drawn", page, image } satisfies GotPages, { transfer: [image] });
  } catch (thrown) {
    // Other pages may be whole. Who asks for too much is not asked again.
    const blamed = blame(thrown);
    if (!(blamed instanceof Damaged)) throw blamed;
    postMessage({ say: "undrawn", page, why: blamed.message } satisfies GotPages);
  }
}

async function open(file: PageInput): Promise<PDFDocumentProxy> {
  const parser = new Worker(new URL("./parser.worker.ts", import.meta.url), { type: "module" });
  const first = (await file.read(0, FIRST_PART)).slice();
  return getDocument({
    worker: PDFWorker.create({ port: parser }),
    range: new Parts(file, first),
    disableAutoFetch: true,
    disableStream: true,
    isEvalSupported: false,
    enableXfa: false,
    // Letters are drawn as shapes: the browser itself is given no font of the document, and no font of this machine is used.
    disableFontFace: true,
    useSystemFonts: false,
    maxImageSize: PICTURE_LIMIT,
    canvasMaxAreaInBytes: CANVAS_LIMIT,
    CanvasFactory: Canvases,
    FilterFactory: NoFilters,
    BinaryDataFactory: OwnFiles,
    useWorkerFetch: false,
    // A name has to be given, or the data are not asked for.
    cMapUrl: "app/",
    standardFontDataUrl: "app/",
    wasmUrl: "app/",
    verbosity: 0,
  }).promise;
}

async function draw(document: PDFDocumentProxy, number: number): Promise<ImageBitmap> {
  const page = await document.getPage(number);
  const { width, height } = page.getViewport({ scale: 1 });
  if (!(width > 0 && height > 0)) throw new Damaged("noPageSize");
  const viewport = page.getViewport({ scale: Math.min(WIDTH / width, HEIGHT_LIMIT / height) });
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(viewport.width)),
    Math.max(1, Math.round(viewport.height)),
  );
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new TooMuch("noCanvas");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pdf.js draws on both kinds, and declares one
  const target = { canvas: null, canvasContext: context as unknown as CanvasRenderingContext2D, viewport };
  await page.render(target).promise;
  page.cleanup();
  return canvas.transferToImageBitmap();
}

/** Gives pdf.js the parts that it asks for, one after the other. Of a broken document it asks for all in one. */
class Parts extends PDFDataRangeTransport {
  private last: Promise<void> = Promise.resolve();
  private aborted = false;

  constructor(
    private readonly file: PageInput,
    first: Uint8Array,
  ) {
    super(file.size, first);
  }

  override requestDataRange(begin: number, end: number): void {
    this.last = this.last
      .then(async () => {
        if (this.aborted) return;
        const bytes = await inPieces(this.file, begin, end - begin);
        // It may have given up meanwhile, and then takes nothing.
        if (!this.aborted) this.onDataRange(begin, bytes);
      })
      .catch(fail);
  }

  override abort(): void {
    this.aborted = true;
  }
}

/** Effects that need a document to be made in are left out. */
class NoFilters {
  addFilter(): string {
    return "none";
  }

  addHCMFilter(): string {
    return "none";
  }

  addAlphaFilter(): string {
    return "none";
  }

  addLuminosityFilter(): string {
    return "none";
  }

  addHighlightHCMFilter(): string {
    return "none";
  }

  destroy(): void {}
}

/** Tells what a failure of pdf.js means. Whatever it could not read, the document is to blame. */
function blame(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof Damaged || thrown instanceof TooMuch) return thrown;
  if (thrown.name === "PasswordException") return new Locked();
  if (thrown instanceof RangeError) return new TooMuch("drawing");
  return new Damaged({ said: thrown.message.replace(/\.$/, "") });
}
