// The sizes of pictures that real programs made, of every kind that the page draws, and of what is no picture.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dotsOf } from "./dots.js";

let room: string;
beforeAll(() => void (room = mkdtempSync(join(tmpdir(), "dots-"))));
afterAll(() => rmSync(room, { recursive: true }));

test.each(["png16m", "jpeg", "bmp16m", "bmpmono"])("%s: what ghostscript wrote", (device) => {
  const file = join(room, device);
  execFileSync("gs", ["-q", `-sDEVICE=${device}`, "-g300x200", "-r72", "-o", file, "-c", "showpage"]);
  expect(dotsOf(readFileSync(file))).toEqual({ width: 300, height: 200 });
});

test.each([
  ["GIF", "R0lGODlhLAHIAAAAACwAAAAALAHIAA=="],
  ["WebP, without loss", "UklGRhgAAABXRUJQVlA4TAwAAAAvK8ExAA=="],
  ["WebP, with loss", "UklGRhYAAABXRUJQVlA4IAoAAAAAAACdASosAcgA"],
  ["WebP, extended", "UklGRhgAAABXRUJQVlA4WAoAAAAAAAAAKwEAxwAA"],
])("%s: by its specification", (_name, base64) => {
  expect(dotsOf(Buffer.from(base64, "base64"))).toEqual({ width: 300, height: 200 });
});

test("a size that is hidden behind markers without a length, or in a first picture beyond its screen, is found", () => {
  const frame = (side: number): number[] => [
    0xff,
    0xc0,
    0,
    17,
    8,
    side >> 8,
    side & 255,
    side >> 8,
    side & 255,
    3,
  ];
  for (const alone of [0x01, 0xd0, 0xd7]) {
    const bytes = [0xff, 0xd8, 0xff, 0xff, alone, ...frame(23_000), ...Array<number>(70_000).fill(0)];
    bytes.splice(5 + 0xffc0, 0, ...frame(1));
    expect(dotsOf(Uint8Array.from(bytes))).toEqual({ width: 23_000, height: 23_000 });
  }
  const comment = [0x21, 0xfe, 2, 65, 66, 1, 67, 0];
  const picture = [0x2c, 0, 0, 1, 0, 0x20, 0x4e, 0x20, 0x4e];
  const gif = Uint8Array.from([
    ...Buffer.from("GIF89a"),
    1,
    0,
    1,
    0,
    0x80,
    0,
    0,
    ...Array<number>(6).fill(0),
    ...comment,
    ...picture,
  ]);
  expect(dotsOf(gif)).toEqual({ width: 20_000, height: 20_001 });
});

test("a size beyond all bounds is told, and what ends early or is something else has none", () => {
  const png = Buffer.alloc(33);
  png.write("\x89PNG\r\n\x1a\n", "latin1");
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(0xffffffff, 20);
  expect(dotsOf(png)).toEqual({ width: 30_000, height: 0xffffffff });
  for (const bytes of [
    png.subarray(0, 22),
    Buffer.from("text"),
    Buffer.alloc(0),
    Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, 2]),
  ])
    expect(dotsOf(bytes)).toBeUndefined();
});
