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
  ["GIF", "R0lGODlhLAHIAA=="],
  ["WebP, without loss", "UklGRhgAAABXRUJQVlA4TAwAAAAvK8ExAA=="],
  ["WebP, with loss", "UklGRhYAAABXRUJQVlA4IAoAAAAAAACdASosAcgA"],
  ["WebP, extended", "UklGRhgAAABXRUJQVlA4WAoAAAAAAAAAKwEAxwAA"],
])("%s: by its specification", (_name, base64) => {
  expect(dotsOf(Buffer.from(base64, "base64"))).toEqual({ width: 300, height: 200 });
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
