// The half of pdf.js that reads documents, in a thread of its own; pages.worker.ts draws what it finds. It may compile
// WebAssembly (electron/main/app-protocol.ts): scanned pictures are decoded with it.
// oxlint-disable-next-line import/no-unassigned-import -- it starts by itself in a worker, and gives nothing
import "pdfjs-dist/build/pdf.worker.mjs";
