// Makes real PNG pictures for tests: what an album tool works on and what the image view must show.
import { crc32, deflateSync } from "node:zlib";

/** Returns a PNG of one colour with a lighter diagonal. Colours are 0–255. */
export function makePicture(
  width: number,
  height: number,
  [red, green, blue]: [number, number, number],
): Buffer {
  const row = 1 + width * 3;
  const pixels = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const lift = Math.abs(x * height - y * width) < width * 4 ? 60 : 0;
      const at = y * row + 1 + x * 3;
      pixels[at] = Math.min(255, red + lift);
      pixels[at + 1] = Math.min(255, green + lift);
      pixels[at + 2] = Math.min(255, blue + lift);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
