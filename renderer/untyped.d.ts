// What packages without types of their own are used for.

/** Only started, in a worker of its own. */
declare module "pdfjs-dist/build/pdf.worker.mjs";

declare module "@openpgp/seek-bzip" {
  const Bunzip: {
    decode(
      input: {
        readByte(): number;
        read(into: Uint8Array, at: number, length: number): number;
        eof(): boolean;
      },
      output: { writeByte(byte: number): void },
      multistream: boolean,
    ): void;
  };
  export default Bunzip;
}

declare module "brotli/dec/decode.js" {
  export function BrotliDecompress(
    input: { read(into: Uint8Array, at: number, length: number): number },
    output: { readonly buffer: { length: number }; write(bytes: Uint8Array, length: number): void },
  ): void;
}
