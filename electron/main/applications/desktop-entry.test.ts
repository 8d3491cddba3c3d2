// Desktop entries: the specification's examples, and hostile ones.
import { describe, expect, test } from "vitest";
import { execWords, localeKeys, parseDesktopEntry } from "./desktop-entry.js";

const context = { name: "Ünï Editor", icon: "editor", location: "/usr/share/applications/e.desktop" };

function entry(lines: Record<string, string>, locale = "C"): ReturnType<typeof parseDesktopEntry> {
  const all = { Type: "Application", Name: "Editor", Exec: "editor", ...lines };
  const text = Object.entries(all).map(([key, value]) => `${key}=${value}`);
  return parseDesktopEntry(["[Desktop Entry]", ...text].join("\n"), locale, "/x.desktop");
}

describe("Exec", () => {
  test.each([
    ["editor", ["editor"]],
    ["editor %f", ["editor"]],
    ["editor %U --new", ["editor", "--new"]],
    ["editor --file=%f", ["editor", "--file="]],
    ["editor 100%%", ["editor", "100%"]],
    ["editor %i", ["editor", "--icon", "editor"]],
    ["editor --title %c", ["editor", "--title", "Ünï Editor"]],
    ["editor %k", ["editor", "/usr/share/applications/e.desktop"]],
    ['"/opt/My App/run" "a b"', ["/opt/My App/run", "a b"]],
    [String.raw`sh -c "echo \\$HOME \\"x\\""`, ["sh", "-c", 'echo $HOME "x"']],
    [String.raw`editor a\sb`, ["editor", "a", "b"]],
    ['editor ""', ["editor", ""]],
    ["env A=b editor", ["env", "A=b", "editor"]],
  ])("%s", (value, words) => {
    expect(execWords(value, context)).toEqual(words);
  });

  test.each(["", "   ", "%f", 'editor "open', "editor %q", "editor %", '""', "A=b editor", "editor \0"])(
    "%j means nothing",
    (value) => expect(execWords(value, context)).toBeNull(),
  );
});

describe("a locale", () => {
  test.each([
    ["de_DE.UTF-8@euro", ["de_DE@euro", "de_DE", "de@euro", "de"]],
    ["de_DE.UTF-8", ["de_DE", "de"]],
    ["sr@latin", ["sr@latin", "sr"]],
    ["fr", ["fr"]],
    ["C.UTF-8", []],
    ["POSIX", []],
    ["", []],
  ])("%s", (locale, keys) => expect(localeKeys(locale)).toEqual(keys));
});

describe("an entry", () => {
  test("takes the best translation there is", () => {
    const names = { "Name[de]": "Schreiber", "Name[de_AT]": "Schreiberl", "Comment[de]": "Schreibt" };
    expect(entry(names, "de_AT.UTF-8")).toMatchObject({ name: "Schreiberl", comment: "Schreibt" });
    expect(entry(names, "de_DE.UTF-8")).toMatchObject({ name: "Schreiber" });
    expect(entry(names, "fr_FR.UTF-8")).toMatchObject({ name: "Editor" });
  });

  test.each<Record<string, string>>([
    { NoDisplay: "true" },
    { Hidden: "true" },
    { Type: "Link" },
    { Type: "Directory" },
    { Name: "" },
    { Exec: "" },
  ])("with %j is not shown", (lines) => expect(entry(lines)).toBeNull());

  test("ends where the next group begins", () => {
    const text =
      "[Desktop Entry]\nType=Application\nName=A\nExec=a\n[Desktop Action x]\nExec=evil\nName=Evil\n";
    expect(parseDesktopEntry(text, "C", "/x")).toMatchObject({ name: "A", command: ["a"] });
  });

  test("takes the first of a key that comes twice, and no key from before its group", () => {
    const text = "Exec=early\n[Desktop Entry]\nType=Application\nName=A\nExec=a\nExec=b\n";
    expect(parseDesktopEntry(text, "C", "/x")).toMatchObject({ command: ["a"] });
  });

  test("without its group is nothing", () => {
    expect(parseDesktopEntry("Type=Application\nName=A\nExec=a\n", "C", "/x")).toBeNull();
    expect(parseDesktopEntry("", "C", "/x")).toBeNull();
    expect(parseDesktopEntry("\0\0[\n=\n==\n", "C", "/x")).toBeNull();
  });

  test("with names of JavaScript's own objects is only text", () => {
    expect(
      entry({ __proto__x: "1", constructor: "x", "Name[constructor]": "x" }, "constructor"),
    ).toMatchObject({
      name: "x",
    });
  });
});
