// How many dots a picture has, from its header: a few bytes may stand for gigabytes of them. Pure; decodes nothing.
// Layouts: PNG 3rd edition 11.2.1, JPEG T.81 B.2.2, GIF89a 18, WebP RFC 9649, BMP as Windows has it.

export interface Dots {
  width: number;
  height: number;
}

/** So many dots are drawn, on each side: four bytes each, and some more while they are laid out. */
export const DOTS_LIMIT = 100_000_000;

/** Returns how large the picture says that it is; undefined where its header is none that is known here. */
export function dotsOf(bytes: Uint8Array): Dots | undefined {
  try {
    return read(bytes);
  } catch (thrown) {
    // The header ends early.
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function read(bytes: Uint8Array): Dots | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const is = (at: number, text: string): boolean =>
    Array.from(text).every((sign, place) => bytes[at + place] === sign.charCodeAt(0));
  if (is(1, "PNG\r\n")) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (is(0, "GIF8")) return gif(view);
  if (is(0, "BM")) return bitmap(view);
  if (is(0, "RIFF") && is(8, "WEBP")) return webp(view, is);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(view);
  return undefined;
}

/** The screen, or a first picture on it that is larger: browsers make room for that. */
function gif(view: DataView): Dots | undefined {
  const screen = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const packed = view.getUint8(10);
  let at = 13 + ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));
  // Extensions: two bytes, then blocks with their lengths, until an empty one.
  while (view.getUint8(at) === 0x21) {
    at += 2;
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at += 1;
  }
  if (view.getUint8(at) !== 0x2c) return undefined;
  const right = view.getUint16(at + 1, true) + view.getUint16(at + 5, true);
  const bottom = view.getUint16(at + 3, true) + view.getUint16(at + 7, true);
  return { width: Math.max(screen.width, right), height: Math.max(screen.height, bottom) };
}

function bitmap(view: DataView): Dots {
  if (view.getUint32(14, true) === 12)
    return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  // From the bottom up, or, where it is negative, from the top down.
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

function webp(view: DataView, is: (at: number, text: string) => boolean): Dots | undefined {
  if (is(12, "VP8X")) {
    const side = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
    return { width: side(24), height: side(27) };
  }
  if (is(12, "VP8L")) {
    const packed = view.getUint32(21, true);
    return { width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1 };
  }
  if (is(12, "VP8 "))
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return undefined;
}

/** Goes from segment to segment until the one that begins a frame. */
function jpeg(view: DataView): Dots | undefined {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // Fill bytes, and markers that stand by themselves (B.1.1.3): the next one follows at once.
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += marker === 0xff ? 1 : isAlone ? 2 : 2 + view.getUint16(at + 2);
  }
}
