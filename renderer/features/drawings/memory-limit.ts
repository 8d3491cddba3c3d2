// Bounds what a WebAssembly module may take: writes a maximum into its declaration of memory. Pure.

const MEMORY_SECTION = 5;
/** Sections begin after the magic number and the version. */
const HEADER = 8;

/** Returns the module with a memory of no more than so many pages of 64 KiB. Throws for what declares none. */
export function withMemoryLimit(wasm: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  for (let at = HEADER; at < wasm.length;) {
    const [size, body] = readNumber(wasm, at + 1);
    if (wasm[at] === MEMORY_SECTION) {
      const [, flags] = readNumber(wasm, body);
      const [least] = readNumber(wasm, flags + 1);
      // One memory, which has a maximum.
      const declared = [1, 1, ...numberBytes(least), ...numberBytes(Math.max(least, pages))];
      const section = [MEMORY_SECTION, ...numberBytes(declared.length), ...declared];
      return concat(wasm.subarray(0, at), Uint8Array.from(section), wasm.subarray(body + size));
    }
    at = body + size;
  }
  throw new Error("The module declares no memory");
}

/** Reads a number as modules write it, seven bits at a time. Returns it and where the next thing begins. */
function readNumber(bytes: Uint8Array, start: number): [value: number, next: number] {
  let value = 0;
  for (let at = start, factor = 1; at < bytes.length; at++, factor *= 128) {
    const byte = bytes[at]!;
    value += (byte & 127) * factor;
    if (byte < 128) return [value, at + 1];
  }
  throw new Error("The module is cut off");
}

function numberBytes(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...numberBytes(Math.floor(value / 128))];
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
