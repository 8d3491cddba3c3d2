// Text that is no UTF-8 is text: its encoding is guessed, said, and chosen by hand.
import { expect, test } from "./test.js";

test("text in other encodings is read, and read otherwise when one says so", async ({ machine, app }) => {
  machine.file("home/settings.ini", "[Names]\nname=Größe\n");
  const script = machine.file(
    "write.sh",
    `#!/bin/sh
/usr/bin/python3 - <<'END'
import os
os.chdir(os.environ["HOME"])
def write(name, text, encoding):
    with open(name, "wb") as f: f.write(text.encode(encoding))
write("latin.txt", "caf\\u00e9 cr\\u00e8me\\n", "latin-1")
write("wide.txt", "Gr\\u00f6\\u00dfe und L\\u00e4nge\\n" * 3, "utf-16-be")
write("greeting.txt", "\\u3053\\u3093\\u306b\\u3061\\u306f\\n", "shift_jis")
write("letter.txt", "\\u043f\\u0440\\u0438\\u0432\\u0435\\u0442\\n", "koi8-r")
write("settings.ini", "[Names]\\nname=Gr\\u00f6\\u00dfe\\n", "utf-16")
END
`,
    0o755,
  );
  await app.run(script);
  await app.ended();
  const encoding = app.detail.getByRole("combobox", { name: "Encoding" });
  const chosen = encoding.locator("option:checked");

  await app.show("latin.txt");
  await expect(app.detail).toContainText("café crème");
  await expect(chosen).toHaveText("Automatic: Western (Windows-1252, Latin-1)");
  await app.show("wide.txt");
  await expect(app.detail).toContainText("Größe und Länge");
  await expect(chosen).toHaveText("Automatic: UTF-16 BE");
  await app.show("greeting.txt");
  await expect(app.detail).toContainText("こんにちは");
  await app.show("letter.txt");
  await encoding.selectOption("Cyrillic (KOI8-R)");
  await expect(app.detail).toContainText("привет");
  // The choice was for that file only.
  await app.show("latin.txt");
  await expect(app.detail).toContainText("café crème");
  // The bytes are all different, the text is not.
  await app.show("settings.ini");
  await app.view("Text");
  await expect(app.detail).toContainText("The text is the same, in another encoding");
  await expect(app.detail).toContainText("It was UTF-8 and is now UTF-16 LE");
});
