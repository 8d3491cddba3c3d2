// What files hold is shown without anything of them being run: archives, packages, programs, databases, settings,
// pictures and fonts; and hostile ones end in words, not in a hang.
import { readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { PACKAGE } from "../scripts/setup/package.mjs";
import { whileHelperStands } from "./screens.js";
import { expect, test } from "./test.js";

/** Returns a web font (WOFF 2.0) that has nothing but the names of a real font. */
function webFont(): Buffer {
  const font = readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
  const entry = font.indexOf("name");
  const [offset, length] = [font.readUInt32BE(entry + 8), font.readUInt32BE(entry + 12)];
  const packed = brotliCompressSync(font.subarray(offset, offset + length));
  const list = Buffer.from([5, 0x80 | (length >> 14), 0x80 | ((length >> 7) & 0x7f), length & 0x7f]);
  const head = Buffer.alloc(48);
  head.write("wOF2", 0);
  head.writeUInt16BE(1, 12);
  head.writeUInt32BE(packed.length, 20);
  return Buffer.concat([head, list, packed]);
}

test("archives, packages, programs, databases and settings are looked into", async ({ machine, app }) => {
  const settings = machine.file("home/settings.json", '{"theme": "light", "size": 1}\n');
  machine.file("home/options.yaml", "theme: light\nsize: 1\n");
  const hello = machine.file("hello.deb", readFileSync(PACKAGE));
  const database = machine.path("home/notes.db");
  const font = machine.file("names.woff2", webFont());
  const sql = (text: string) => [
    "/usr/bin/python3",
    "-c",
    "import sqlite3,sys; db=sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.commit()",
    database,
    text,
  ];
  await machine.run(
    sql("create table notes (id integer primary key, text); insert into notes values (1,'old'),(2,'kept')"),
  );
  const script = machine.file(
    "make.sh",
    `#!/bin/sh
set -e
mkdir -p ~/pack/bin; cp /bin/true ~/pack/bin/tool; chmod 4755 ~/pack/bin/tool
tar -C ~ -cJf ~/pack.tar.xz pack
cp /bin/true ~/program
cp ${font} ~/font.woff2
cp ${hello} ~/greeter.deb
printf 'size: 2\ntheme: light\n' >~/options.yaml
ln -s pack/bin/tool ~/newest
cp /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ~/font.ttf
seq -f "line %g" 2000 | gzip >~/lines.gz
printf '{"size": 2, "theme": "light", "new": "<b>x</b>"}' > ${settings}
/usr/bin/python3 -c "import sqlite3; db=sqlite3.connect('${database}'); db.execute(\\"update notes set text='new' where id=1\\"); db.execute(\\"insert into notes values (3, 'more')\\"); db.commit()"
`,
    0o755,
  );
  await app.run(script);
  await app.ended();

  await app.show("pack.tar.xz");
  await expect(app.detail).toContainText("tar archive, packed with xz");
  await app.insidePart("Contents");
  await expect(app.detail.getByRole("row", { name: /pack\/bin\/tool/ })).toContainText("rights of its owner");

  await app.show("greeter.deb");
  await expect(app.detail).toContainText("Debian package");
  await app.insidePart("Would install");
  await expect(app.detail.getByRole("row", { name: /usr\/bin\/hello/ })).toBeVisible();

  await app.show("newest");
  await expect(app.detail.getByRole("row", { name: /Points to.*pack\/bin\/tool/ })).toBeVisible();

  await app.show("program");
  await app.insidePart("Facts");
  await expect(app.detail).toContainText("Started by");
  await app.insidePart("Loads these libraries");
  await expect(app.detail.getByRole("row", { name: /libc\.so\.6/ })).toBeVisible();

  await app.show("notes.db");
  await app.insidePart("Rows of notes");
  // Only what differs: one row changed, one new.
  await expect(app.detail.getByRole("row", { name: /changed.*old → new/ })).toBeVisible();
  await expect(app.detail.getByRole("row", { name: /added.*more/ })).toBeVisible();
  await expect(app.detail.getByRole("row", { name: /kept/ })).toHaveCount(0);

  await app.show("settings.json");
  await app.view("Inside");
  await app.insidePart("Values");
  await expect(app.detail.getByRole("row", { name: /\.size 1 → 2/ })).toBeVisible();
  // Markup is text, here as everywhere.
  await expect(app.detail.getByRole("row", { name: /added.*"<b>x<\/b>"/ })).toBeVisible();

  await app.show("options.yaml");
  await app.view("Inside");
  await app.insidePart("Values");
  await expect(app.detail.getByRole("row", { name: /\.size 1 → 2/ })).toBeVisible();
  await expect(app.detail.getByRole("row", { name: /theme/ })).toHaveCount(0);

  // Of a packed text, the text.
  await app.show("lines.gz");
  await app.insidePart("Its text");
  await expect(app.detail).toContainText("line 12");

  await app.show("font.woff2");
  await app.view("Inside");
  await expect(app.detail).toContainText("DejaVu Sans");
  await app.show("font.ttf");
  await app.view("Inside");
  await expect(app.detail.getByRole("img", { name: "A sample of the font" })).toBeVisible();
  await expect(app.detail).toContainText("DejaVu Sans");
});

test("a look that takes long is stopped by its button, and begun anew when it is asked for", async ({
  machine,
  app,
}) => {
  const script = machine.file(
    "make.sh",
    "#!/bin/sh\ncd; echo a >inner.txt; tar -cf all.tar inner.txt\n",
    0o755,
  );
  await app.run(script);
  await app.ended();
  await app.show("all.tar");
  await app.view("Details");
  // Who reads the file for the page stands still: nothing comes of it.
  await whileHelperStands(app, async () => {
    await app.view("Inside");
    await app.detail.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(app.detail).toContainText("You stopped the look inside");
  });
  await app.view("Details");
  await app.view("Inside");
  await expect(app.detail).toContainText("inner.txt");
});

test("a look that was stopped is not begun again by a file that keeps changing", async ({ machine, app }) => {
  const script = machine.file(
    "make.sh",
    `#!/bin/sh
cd; echo a >inner.txt; tar -cf all.tar inner.txt
while read line; do head -c 20000 /dev/zero >>inner.txt; tar -cf next inner.txt; mv next all.tar; done
`,
    0o755,
  );
  await app.run(script);
  await app.show("all.tar");
  await app.view("Details");
  await whileHelperStands(app, async () => {
    await app.view("Inside");
    await app.detail.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(app.detail).toContainText("You stopped the look inside");
  });
  const facts = app.detail.getByText(/^Created · .* · /);
  // Longer than the rest after a look, and than a look takes.
  for (const end = Date.now() + 3_000; Date.now() < end;) {
    const before = await facts.textContent();
    await app.type("\n");
    await expect(facts).not.toHaveText(before ?? "");
    await app.page.waitForTimeout(150);
  }
  await expect(app.detail).toContainText("You stopped the look inside");
  await app.view("Details");
  await app.view("Inside");
  await expect(app.detail).toContainText("inner.txt");
});

test("the sample of a font is of what the font is now", async ({ machine, app }) => {
  const font = readFileSync("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
  const broken = Buffer.from(font);
  const entry = font.indexOf("maxp");
  broken.fill(0, font.readUInt32BE(entry + 8), font.readUInt32BE(entry + 8) + font.readUInt32BE(entry + 12));
  const script = `#!/bin/sh
cd; cp ${machine.file("broken.ttf", broken)} font.ttf
read line; cp ${machine.file("whole.ttf", font)} next; mv next font.ttf
read line
`;
  await app.run(machine.file("make.sh", script, 0o755));
  await app.show("font.ttf");
  await app.view("Inside");
  await expect(app.detail).toContainText("The browser refuses to draw with this font: it is damaged.");
  await app.type("\n");
  await expect(app.detail.getByRole("img", { name: "A sample of the font" })).toBeVisible();
});

test("hostile contents end in words", async ({ machine, app }) => {
  test.setTimeout(180_000);
  const script = machine.file(
    "hostile.sh",
    `#!/bin/sh
/usr/bin/python3 - <<'END'
import os, gzip, struct, zipfile, zlib
os.chdir(os.environ["HOME"])
# A text of 2 GB, most of it a hole, and a line of 100 MB.
with open("huge.txt", "w") as f: f.write("first line\\n" * 100_000); f.truncate(2 << 30)
with open("line.txt", "w") as f: f.write("x" * 100_000_000)
with open("bomb.gz", "wb") as f:
    f.write(gzip.compress(bytes(64 << 20), 9) * 64)
with zipfile.ZipFile("bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for n in range(5): z.writestr(f"{n}", bytes(100 << 20))
with open("broken.png", "wb") as f: f.write(b"\\x89PNG\\r\\n\\x1a\\n" + bytes(5000))
with open("vast.png", "wb") as f:
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    f.write(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">2I5B", 30000, 30000, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes(30000 * 3751), 9)) + chunk(b"IEND", b""))
with open("broken.db", "wb") as f: f.write(b"SQLite format 3\\0" + b"\\xff" * 5000)
with open("deep.json", "w") as f: f.write("[" * 1_000_000)
END
`,
    0o755,
  );
  await app.run(script);
  await app.ended();

  await app.show("huge.txt");
  await app.view("Text");
  await expect(app.detail).toContainText("first line");
  await app.view("Hex");
  await expect(app.detail).toContainText("66 69 72 73 74");
  await app.view("Details");
  await expect(app.detail).toContainText("2.1 GB");
  await app.show("line.txt");
  await app.view("Hex");
  await expect(app.detail).toContainText("78 78 78 78");
  await app.view("Text");
  await expect(app.detail).toContainText("more characters");
  await app.show("bomb.gz");
  await app.view("Inside");
  await expect(app.detail).toContainText(/would take too much|takes too long/, { timeout: 40_000 });
  await app.show("bomb.zip");
  await app.insidePart("Facts");
  await expect(app.detail).toContainText("524 MB");
  await app.show("broken.png");
  await app.view("Image");
  await expect(app.detail).toContainText("This image cannot be drawn");
  await app.show("vast.png");
  await expect(app.detail).toContainText("It says that it has 30,000 × 30,000 dots.");
  await app.show("broken.db");
  await app.view("Inside");
  await expect(app.detail).toContainText("This file cannot be looked into");
  await app.show("deep.json");
  await app.view("Inside");
  await expect(app.detail).toContainText("This file cannot be looked into");
});
