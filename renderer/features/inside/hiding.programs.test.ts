// Packages and archives that are made so that a reader misses what is installed, against what the programs make of them.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputOf } from "./input.js";
import { inspect } from "./inspect.js";
import type { Report } from "./report.js";

let room: string;
beforeAll(() => void (room = mkdtempSync(join(tmpdir(), "hiding-"))));
afterAll(() => rmSync(room, { recursive: true }));

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: room, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const look = async (name: string): Promise<Report> => {
  const report = await inspect(inputOf(new Uint8Array(readFileSync(join(room, name)))), name);
  if (report === null) throw new Error(`nobody knows ${name}`);
  return report;
};
const rows = ({ tables }: Report): Map<string, string | undefined> =>
  new Map(tables.flatMap((table) => table.rows.map(({ key, warning }) => [key, warning])));

/** A header of a tar entry that says that it has `size` bytes. */
function header(name: string, size: number, type: string, link = ""): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write("0000644\0", 100);
  for (const at of [108, 116]) block.write("0000000", at);
  block.write(size.toString(8).padStart(11, "0"), 124);
  block.write("0".padStart(11, "0"), 136);
  block.write(type, 156);
  block.write(link, 157);
  block.write("ustar\x0000", 257);
  block.fill(" ", 148, 156);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

describe("a tar entry without content says that it has some", () => {
  it.each([
    ["a hard link", "1"],
    ["a symbolic link", "2"],
    ["a folder", "5"],
    ["a pipe", "6"],
  ])("%s: what follows is listed as tar unpacks it, and the entry is marked", async (_name, type) => {
    const archive = Buffer.concat([
      header("first", 0, "0"),
      header("odd", 512, type, type < "3" ? "first" : ""),
      header("behind", 0, "0"),
      header("last", 0, "0"),
      Buffer.alloc(1024),
    ]);
    const place = join(room, `unpacked-${type}`);
    mkdirSync(place);
    writeFileSync(join(room, "odd.tar"), archive);
    run("tar", "-C", place, "-xf", "odd.tar");
    const found = rows(await look("odd.tar"));
    expect([...found.keys()].toSorted()).toEqual(readdirSync(place).toSorted());
    expect([...found.keys()]).toContain("behind");
    expect(found.get("odd")).toMatch(/says that it has content/);
    expect(found.get("behind")).toBeUndefined();
  });
});

it("of a package's data that is there twice, that is listed which dpkg takes, and the package is marked", async () => {
  mkdirSync(join(room, "deb/DEBIAN"), { recursive: true });
  const control =
    "Package: thing\nVersion: 1\nArchitecture: all\nMaintainer: Ann <a@example.org>\nDescription: A thing\n";
  writeFileSync(join(room, "deb/DEBIAN/control"), control);
  for (const name of ["taken", "shown"]) {
    rmSync(join(room, "deb/opt"), { recursive: true, force: true });
    mkdirSync(join(room, "deb/opt"));
    writeFileSync(join(room, "deb/opt", name), "x");
    run("dpkg-deb", "-Znone", "--root-owner-group", "-b", "deb", `${name}.deb`);
    run("sh", "-c", `ar p ${name}.deb data.tar >${name}.tar`);
  }
  // A second member of the same name, as no packer makes it.
  const second = readFileSync(join(room, "shown.tar"));
  const member = `${"data.tar".padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(second.length).padEnd(10)}\`\n`;
  writeFileSync(
    join(room, "twice.deb"),
    Buffer.concat([readFileSync(join(room, "taken.deb")), Buffer.from(member), second]),
  );
  expect(run("dpkg-deb", "-c", "twice.deb")).toMatch(/opt\/taken/);
  const report = await look("twice.deb");
  expect([...rows(report).keys()]).toContain("./opt/taken");
  expect(report.facts.find(({ name }) => name === "Parts")?.warning).toMatch(/twice/);
  expect((await look("taken.deb")).facts.some(({ name }) => name === "Parts")).toBe(false);
});

it.each(["xz", "gzip", "bzip2", "zstd"])(
  "all streams of a file packed with %s are read, as it does itself",
  async (packer) => {
    mkdirSync(join(room, "tree"), { recursive: true });
    // More than one block's worth, so that the second stream begins anywhere.
    for (const name of ["one", "two"]) writeFileSync(join(room, "tree", name), `${name}\n`.repeat(300_000));
    run("tar", "-cf", "whole.tar", "tree");
    run(
      "sh",
      "-c",
      `{ head -c 700001 whole.tar | ${packer} -c; tail -c +700002 whole.tar | ${packer} -c; } >streams.tar.${packer}
     ${packer} -dc streams.tar.${packer} | cmp - whole.tar`,
    );
    const report = await look(`streams.tar.${packer}`);
    expect([...rows(report).keys()]).toEqual(["tree/", "tree/one", "tree/two"]);
    expect(report.notes).toEqual([]);
  },
);

it("xz files with padding between and behind their streams are read to the end", async () => {
  run(
    "sh",
    "-c",
    `{ head -c 700001 whole.tar | xz -c; head -c 8 /dev/zero; tail -c +700002 whole.tar | xz -c; head -c 4 /dev/zero; } >padded.tar.xz
     xz -dc padded.tar.xz | cmp - whole.tar`,
  );
  const report = await look("padded.tar.xz");
  expect(rows(report).size).toBe(3);
  expect(report.notes).toEqual([]);
});
