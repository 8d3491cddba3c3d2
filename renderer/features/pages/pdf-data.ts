// What pdf.js brings along and loads when a document needs it: fonts, tables of characters, decoders. Part of the app, so
// that nothing is fetched.
import { decodeBase64 } from "../../ui/escape.js";

const FILES = import.meta.glob<string>(
  "../../../node_modules/pdfjs-dist/{cmaps,standard_fonts,wasm}/*.{bcmap,pfb,ttf,wasm}",
  {
    query: "?url&inline",
    import: "default",
    exhaustive: true,
  },
);
const BY_NAME = new Map(
  Object.entries(FILES).map(([path, load]) => [path.slice(path.lastIndexOf("/") + 1), load]),
);

/** Finds files for pdf.js by their names. */
export class OwnFiles {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const load = BY_NAME.get(filename);
    if (load === undefined) throw new Error(`There is no file ${filename}`);
    const url = await load();
    return decodeBase64(url.slice(url.indexOf(",") + 1));
  }
}
