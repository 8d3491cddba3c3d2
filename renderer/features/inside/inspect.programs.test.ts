// Files made by the programs that people make them with, and hostile ones.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputOf, TooMuch } from "./input.js";
import { inspect } from "./inspect.js";
import type { Report } from "./report.js";

let room: string;
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), "inside-"));
  mkdirSync(join(room, "tree/bin"), { recursive: true });
  writeFileSync(join(room, "tree/bin/tool"), "#!/bin/sh\n", { mode: 0o755 });
  chmodSync(join(room, "tree/bin/tool"), 0o4755);
  writeFileSync(join(room, "tree", `${"long ".repeat(40)}ü.txt`), "text\n");
  symlinkSync("../../../etc/passwd", join(room, "tree/link"));
});
afterAll(() => rmSync(room, { recursive: true }));

const run = (program: string, ...args: string[]): void =>
  void execFileSync(program, args, { cwd: room, stdio: "pipe" });
const look = async (name: string): Promise<Report> => lookAt(readFileSync(join(room, name)), name);
const lookAt = async (bytes: Uint8Array, name = "x"): Promise<Report> => {
  const report = await inspect(inputOf(new Uint8Array(bytes)), name);
  if (report === null) throw new Error(`nobody knows ${name}`);
  return report;
};
const fact = (report: Report, name: string): string | undefined =>
  report.facts.find((each) => each.name === name)?.value;
const rows = (report: Report, title: string): Map<string, string | undefined> =>
  new Map(
    report.tables.find((table) => table.title === title)?.rows.map(({ key, warning }) => [key, warning]),
  );
const text = (...lines: string[]): Uint8Array => new TextEncoder().encode(lines.join("\n"));

describe("archives", () => {
  for (const format of ["gnu", "pax", "ustar"]) {
    it(`${format} tar: names, kinds, and what leads out of it`, async () => {
      const names = format === "ustar" ? ["tree/bin", "tree/link"] : ["tree"];
      run("tar", "-cf", `${format}.tar`, `--format=${format}`, ...names);
      const report = await look(`${format}.tar`);
      expect(report.format).toBe("tar archive");
      const found = rows(report, "Contents");
      expect(found.get("tree/bin/tool")).toMatch(/rights of its owner/);
      expect(found.get("tree/link")).toMatch(/points out of the folder/);
      if (format !== "ustar") expect([...found.keys()]).toContain(`tree/${"long ".repeat(40)}ü.txt`);
      expect(report.notes).toEqual([]);
    });
  }

  for (const [option, word] of [
    ["-j", "bzip2"],
    ["-z", "gzip"],
    ["-J", "xz"],
    ["--zstd", "Zstandard"],
  ] as const) {
    it(`packed with ${word}`, async () => {
      // Enough, and odd enough, for many chunks and all kinds of matches.
      const noise = Array.from(
        { length: 60_000 },
        (_, n) => `${(n * 2654435761) % 4294967296} ${n % 97} line\n`,
      ).join("");
      writeFileSync(join(room, "tree/noise"), noise);
      run("tar", option, "-cf", `packed${option}.tar`, "tree");
      const report = await look(`packed${option}.tar`);
      expect(report.format).toBe(`tar archive, packed with ${word}`);
      expect([...rows(report, "Contents").keys()]).toContain("tree/noise");
      // Went right through to the end: every header behind the noise was where it should be.
      expect(report.notes).toEqual([]);
      expect(fact(report, "Entries")).toBe("6");
    });
  }

  it("tells what was seen before a damaged place", async () => {
    run("tar", "-cf", "whole.tar", "tree");
    const bytes = readFileSync(join(room, "whole.tar"));
    const report = await lookAt(bytes.subarray(0, 2000));
    expect(rows(report, "Contents").size).toBeGreaterThan(0);
    expect(report.notes[0]).toMatch(/^Only the beginning/);
  });

  it("a ZIP archive: names, sizes, and what leads out of it", async () => {
    run(
      "python3",
      "-c",
      `
import zipfile
with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("tree/bin/tool")
    z.writestr("../../evil.sh", "x")
    z.writestr("zeros", b"\\0" * 200_000_000)
`,
    );
    const report = await look("a.zip");
    const found = rows(report, "Contents");
    expect(report.format).toBe("ZIP archive");
    expect(found.get("tree/bin/tool")).toMatch(/rights of its owner/);
    expect(found.get("../../evil.sh")).toMatch(/leads out/);
    expect(found.get("zeros")).toMatch(/far more/);
    expect(report.facts.find(({ name }) => name === "Size unpacked")).toMatchObject({ value: "200\u00a0MB" });
  });

  it("a gzip bomb is given up, however little it is", async () => {
    const bomb = Buffer.concat(Array.from({ length: 600 }, () => gzipSync(Buffer.alloc(1024 * 1024))));
    await expect(lookAt(bomb)).rejects.toThrow(TooMuch);
  });

  it("a bzip2 bomb is given up, and its beginning told", async () => {
    run("sh", "-c", "head -c 200000000 /dev/zero | bzip2 >bomb.bz2");
    await expect(look("bomb.bz2")).rejects.toThrow(TooMuch);
  }, 60_000);

  it("a Debian package: what it is, runs and would install", async () => {
    mkdirSync(join(room, "deb/DEBIAN"), { recursive: true });
    mkdirSync(join(room, "deb/usr/bin"), { recursive: true });
    chmodSync(join(room, "deb/DEBIAN"), 0o755);
    writeFileSync(
      join(room, "deb/DEBIAN/control"),
      "Package: thing\nVersion: 1.2-3\nArchitecture: all\nMaintainer: Ann <a@example.org>\nDescription: A thing\n More of it.\n",
    );
    writeFileSync(join(room, "deb/DEBIAN/postinst"), "#!/bin/sh\necho hello\n", { mode: 0o755 });
    writeFileSync(join(room, "deb/usr/bin/thing"), "#!/bin/sh\n", { mode: 0o755 });
    for (const packing of ["xz", "gzip", "zstd", "none"]) {
      run("dpkg-deb", `-Z${packing}`, "--root-owner-group", "-b", "deb", "thing.deb");
      const report = await look("thing.deb");
      expect(report.format, packing).toBe("Debian package");
      expect(fact(report, "Package")).toBe("thing");
      expect(fact(report, "Scripts")).toBe("postinst");
      expect(report.texts).toEqual([{ title: "postinst", text: "#!/bin/sh\necho hello\n" }]);
      expect([...rows(report, "Would install").keys()]).toContain("./usr/bin/thing");
    }
  });
});

describe("RPM", () => {
  it("a package: what it is, runs and would install", async () => {
    writeFileSync(
      join(room, "thing.spec"),
      `Name: thing
Version: 1.2
Release: 3
Summary: A thing
License: MIT
BuildArch: noarch
Requires: something >= 4
%description
More of it.
%install
mkdir -p %{buildroot}/usr/bin
echo x >%{buildroot}/usr/bin/thing
ln -s thing %{buildroot}/usr/bin/other
%post
echo hello
%files
%attr(4755, root, root) /usr/bin/thing
/usr/bin/other
`,
    );
    run(
      "rpmbuild",
      "-bb",
      "--quiet",
      "--define",
      `_topdir ${room}/rpm`,
      "--define",
      `_rpmdir ${room}`,
      "thing.spec",
    );
    const report = await look("noarch/thing-1.2-3.noarch.rpm");
    expect(report.format).toBe("RPM package");
    expect(fact(report, "Package")).toBe("thing");
    expect(fact(report, "Release")).toBe("3");
    expect(fact(report, "Scripts")).toBe("after installing");
    expect(report.texts).toEqual([{ title: "after installing", text: "echo hello" }]);
    expect([...rows(report, "Would install")]).toEqual([
      ["/usr/bin/other", undefined],
      ["/usr/bin/thing", expect.stringMatching(/rights of its owner/)],
    ]);
    expect([...rows(report, "Needs").keys()]).toContain("something");
  });
});

describe("programs", () => {
  it("tell how they start and what they load", async () => {
    writeFileSync(
      join(room, "a.c"),
      '#include <math.h>\n#include <stdio.h>\nint main(int c, char **v) { printf("%f", sin(c)); }\n',
    );
    run("cc", "a.c", "-o", "a.out", "-Wl,--no-as-needed", "-lm", "-Wl,-rpath,/tmp/odd", "-Wl,-z,execstack");
    const report = await look("a.out");
    expect(report.format).toBe("Program");
    expect(fact(report, "Started by")).toMatch(/ld-linux|ld-musl|ld\.so/);
    expect([...rows(report, "Loads these libraries").keys()]).toContain("libm.so.6");
    expect(report.facts.find(({ name }) => name === "Looks for libraries in")).toMatchObject({
      value: "/tmp/odd",
      warning: expect.any(String) as string,
    });
    expect(report.facts.some(({ name }) => name === "Stack")).toBe(true);
  });

  it("libraries and static programs", async () => {
    writeFileSync(join(room, "l.c"), "int f(void) { return 1; }\n");
    run("cc", "-shared", "-fPIC", "l.c", "-o", "libl.so", "-Wl,-soname,libl.so.1");
    expect(await look("libl.so")).toMatchObject({ format: "Shared library" });
    expect(fact(await look("libl.so"), "Library name")).toBe("libl.so.1");
    writeFileSync(join(room, "m.c"), "int main(void) { return 0; }\n");
    run("cc", "-static", "m.c", "-o", "static");
    expect(fact(await look("static"), "Linking")).toMatch(/^static/);
  });

  it("scripts tell who runs them and which lines deserve a look", async () => {
    const report = await lookAt(
      text(
        "#!/usr/bin/env bash",
        "# curl in a comment",
        "curl -s http://x/y | sudo sh",
        "echo ok",
        "rm -rf ~/x",
      ),
    );
    expect(fact(report, "Run by")).toBe("/usr/bin/env bash");
    expect([...rows(report, "Lines that deserve a look")]).toEqual([
      ["3", "runs what it downloads"],
      ["5", "deletes whole folders"],
    ]);
  });
});

describe("data", () => {
  it("an SQLite database: schema and rows, long ones too", async () => {
    run(
      "python3",
      "-c",
      `
import sqlite3
db = sqlite3.connect("a.db")
db.execute("create table people (id integer primary key, name text, age real, [odd, name] blob, check (age > 0))")
db.execute("create index by_name on people (name)")
db.executemany("insert into people values (?, ?, ?, ?)", [(n, f"name {n}", n + 0.5, b"x" * n) for n in range(1, 1500)])
db.execute("insert into people values (2000, ?, 1, null)", ("y" * 100_000,))
db.execute("create table w (k primary key, v) without rowid")
db.execute("pragma user_version = 7")
db.commit()
`,
    );
    const report = await look("a.db");
    expect(fact(report, "Version of its schema")).toBe("7");
    expect([...rows(report, "Schema").keys()]).toEqual(["table people", "index by_name", "table w"]);
    const people = report.tables.find(({ title }) => title === "Rows of people")!;
    expect(people.columns).toEqual(["id", "name", "age", "odd, name"]);
    expect(people.rows).toHaveLength(1500);
    expect(people.rows[9]!.cells).toEqual(["10", "name 10", "10.5", "10\u00a0B of bytes"]);
    expect(people.rows.at(-1)!.cells[1]).toMatch(/^y{400}…$/);
    expect(report.notes.join()).toMatch(/rows of w are not listed/);
  });

  it("settings by what they say", async () => {
    const values = async (name: string, ...lines: string[]): Promise<string[][]> =>
      (await lookAt(text(...lines), name)).tables[0]!.rows.map(({ cells }) => cells);
    expect(await values("a.json", '{"b": [1, {"c d": null}], "a": "x", "e": {}}')).toEqual([
      [".b[0]", "1"],
      ['.b[1]."c d"', "null"],
      [".a", '"x"'],
      [".e", "{}"],
    ]);
    expect(await values("a.yaml", "b:", "  - 1", "  - c: yes", "a: x")).toEqual([
      [".b[0]", "1"],
      [".b[1].c", '"yes"'],
      [".a", '"x"'],
    ]);
    const unit = await lookAt(
      text("[Service]", "; no", "ExecStart=/bin/x a=b", "ExecStart=/bin/y"),
      "x.service",
    );
    expect(unit.tables[0]!.rows.map(({ cells, warning }) => cells.concat(warning ?? ""))).toEqual([
      ["[Service] ExecStart", "/bin/x a=b", "names a program that is started"],
      ["[Service] ExecStart", "/bin/y", "names a program that is started"],
    ]);
  });

  it("a PDF: what it can do, also when that is packed away", async () => {
    run(
      "python3",
      "-c",
      `
import zlib
packed = zlib.compress(b"5 0 << /S /JavaScript /JS (app.alert(1)) >>")
open("a.pdf", "wb").write(b"%PDF-1.7\\n1 0 obj << /Type /Catalog /OpenAction 5 0 R >> endobj\\n2 0 obj << /Type /Pages /Kids [] /Count 12 >> endobj\\n3 0 obj << /Title (A letter) >> endobj\\n4 0 obj << /Type /ObjStm /Filter /FlateDecode >>\\nstream\\n" + packed + b"\\nendstream endobj\\n%%EOF")
`,
    );
    const report = await look("a.pdf");
    expect(fact(report, "Pages")).toBe("12");
    expect(fact(report, "Title")).toBe("A letter");
    expect(report.facts.filter(({ warning }) => warning !== undefined).map(({ name }) => name)).toEqual([
      "JavaScript",
      "Acts by itself",
    ]);
  });

  it("a PDF: what it can do, however its names are written, and that it was not looked into to its end", async () => {
    const object = (type: string, packed: Uint8Array): Uint8Array =>
      Buffer.concat([
        text(`1 0 obj << /Type ${type} >>`, "stream", ""),
        packed,
        text("", "endstream endobj", ""),
      ]);
    const pdf = (...objects: Uint8Array[]): Promise<Report> =>
      lookAt(Buffer.concat([text("%PDF-1.7", ""), ...objects]), "a.pdf");
    const acts = ({ facts }: Report): string[] =>
      facts.filter(({ warning }) => warning !== undefined).map(({ name }) => name);
    const script = deflateSync("<< /S /J#61vaScript /#4aS (app.alert(1)) >>");
    expect(acts(await pdf(text("2 0 obj << /S /J#61vaScript >> endobj")))).toEqual(["JavaScript"]);
    const odd = await pdf(object("/Obj#53tm", script));
    expect([acts(odd), odd.notes]).toEqual([["JavaScript"], []]);
    const long = await pdf(object(`/ObjStm % ${"x".repeat(2000)}\n`, script));
    expect([acts(long), long.notes]).toEqual([["JavaScript"], []]);
    const note = [expect.stringMatching(/could not be looked into/)];
    expect((await pdf(object("/ObjStm", text("3c3c2f4c61756e6368>")))).notes).toEqual(note);
    expect((await pdf(object(`/ObjStm % ${"x".repeat(70_000)}\n`, script))).notes).toEqual(note);
    expect((await pdf(object("/ObjStm", deflateSync(Buffer.alloc(3_000_000))))).notes).toEqual(note);
    expect((await pdf(...Array.from({ length: 501 }, () => object("/ObjStm", script)))).notes).toEqual(note);
  });

  it("a font: its names", async () => {
    const report = await lookAt(readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"));
    expect(report.format).toBe("TrueType font");
    expect(fact(report, "Family")).toBe("DejaVu Sans");
    expect(fact(report, "Characters drawn")).toMatch(/^6,\d{3}$/);
  });
});

describe("hostile files", () => {
  it("end in an error or a report, whatever is broken in them, and never in anything else", async () => {
    run("tar", "-cJf", "s.tar.xz", "tree");
    run("tar", "--zstd", "-cf", "s.tar.zst", "tree");
    run("tar", "-cjf", "s.tar.bz2", "tree");
    const seeds = [
      "a.zip",
      "s.tar.xz",
      "s.tar.zst",
      "thing.deb",
      "noarch/thing-1.2-3.noarch.rpm",
      "s.tar.bz2",
      "a.db",
      "libl.so",
      "a.pdf",
      "gnu.tar",
    ].map((name) => readFileSync(join(room, name)));
    seeds.push(readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"));
    let state = 7;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >>> 8) % n;
    };
    const kinds = new Set<string>();
    for (const seed of seeds) {
      for (let round = 0; round < 40; round++) {
        const bytes = new Uint8Array(
          seed.subarray(0, random(4) === 0 ? random(seed.length) + 1 : seed.length),
        );
        for (let n = random(8) + 1; n > 0; n--)
          bytes[random(3) === 0 ? random(bytes.length) : random(Math.min(bytes.length, 600))] = random(256);
        const end = await inspect(inputOf(bytes), "x.json").then(
          (report) => (report === null ? "unknown" : "told"),
          (thrown: unknown) => (thrown instanceof Error ? thrown.constructor.name : "odd"),
        );
        kinds.add(end);
      }
    }
    expect([...kinds].filter((kind) => !["unknown", "told", "Damaged", "TooMuch"].includes(kind))).toEqual(
      [],
    );
    expect(kinds.size).toBeGreaterThan(2);
  }, 60_000);

  it("settings that are nested or grow without end", async () => {
    await expect(lookAt(text("[".repeat(100_000)), "a.json")).rejects.toThrow();
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...Array.from("bcdefgh", (c, n) => `${c}: &${c} [${Array(9).fill(`*${"abcdefg"[n]}`).join(",")}]`),
    ];
    await expect(lookAt(text(...bomb), "a.yaml")).rejects.toThrow("it repeats parts of itself too often");
  });
});
