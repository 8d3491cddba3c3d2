// Which application opens a file, on a desktop of the test's own, and by the judgement of a real one.
// oxlint-disable-next-line no-restricted-imports -- gio is the judge here
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RISKY_TYPES } from "../desktop/launcher-entry.js";
import type { Surroundings } from "./applications.js";
import { openWith, viewerOf } from "./openers.js";
import { readTypeNames, typesOf } from "./mime-types.js";
import { readSmallFile } from "./small-file.js";

vi.mock("./small-file.js", async (original) => {
  const real = await original<{ readSmallFile: typeof readSmallFile }>();
  return { readSmallFile: vi.fn(real.readSmallFile) };
});

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "alcatraz-openers-"));
  const globs = "50:application/pdf:*.pdf\n50:text/csv:*.csv\n60:text/x-make:makefile\n50:x/C:*.C:cs\n";
  await put("share/mime/globs2", `# made\n${globs}50:application/gzip:*.gz\n50:application/x-tgz:*.tar.gz\n`);
  await put("share/mime/subclasses", "application/x-tgz application/gzip\n");
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, content: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const app = (id: string, exec: string, types: string, more = ""): Promise<string> =>
  put(
    `share/applications/${id}.desktop`,
    `[Desktop Entry]\nType=Application\nName=${id}\nExec=${exec}\nMimeType=${types}\n${more}`,
  );

const surroundings = (): Surroundings => {
  const environment = { XDG_DATA_HOME: join(root, "own"), XDG_DATA_DIRS: join(root, "share"), PATH: "/bin" };
  return { home: root, environment };
};
const opened = async (path: string): Promise<string[] | null> =>
  (await openWith(path, surroundings()))?.command ?? null;

describe("a file", () => {
  test("is opened by what says that it opens its type, also one that no menu shows", async () => {
    await app("viewer", "view --once %f", "application/pdf;", "NoDisplay=true\n");
    const file = await put("a b.PDF", "");
    expect(await opened(file)).toEqual(["view", "--once", file]);
    expect(await opened(await put("x.odd", ""))).toBeNull();
  });

  test("of several types makes each entry be read once", async () => {
    const entry = await app("other", "other %f", "text/csv;");
    expect(await opened(await put("x.tar.gz", ""))).toBeNull();
    expect(vi.mocked(readSmallFile).mock.calls.filter(([path]) => path === entry)).toHaveLength(1);
  });

  test("is opened by the person's choice; what they took away opens it no more", async () => {
    await app("first", "first %U", "application/pdf;");
    await app("second", "second", "application/pdf;");
    const file = await put("a b.pdf", "");
    const list = (text: string): Promise<string> => put(".config/mimeapps.list", text);
    await list("[Default Applications]\napplication/pdf=gone.desktop;second.desktop\n");
    expect(await opened(file)).toEqual(["second", file]);
    await list("[Removed Associations]\napplication/pdf=second.desktop\n");
    expect(await opened(file)).toEqual(["first", `file://${root}/a%20b.pdf`]);
  });

  test("is never opened by ourselves, nor by what is not installed", async () => {
    await app("alcatraz-open", "alcatraz --open=%f", "application/pdf;");
    await app("absent", "absent %f", "application/pdf;", "TryExec=no-such-program\n");
    await put(".config/mimeapps.list", "[Default Applications]\napplication/pdf=alcatraz-open.desktop\n");
    expect(await opened(await put("a.pdf", ""))).toBeNull();
  });

  test("has its type from its name, then from its beginning, and those that its type is one of", async () => {
    const names = await readTypeNames([join(root, "share")]);
    expect(typesOf(names, "x.tar.gz", "")).toEqual(["application/x-tgz", "application/gzip"]);
    expect(typesOf(names, "Makefile", "")).toEqual(["text/x-make", "text/plain"]);
    expect(typesOf(names, "x.c", "")).toEqual([]);
    expect(typesOf(names, "x.C", "")).toEqual(["x/C"]);
    expect(typesOf(names, "paper", "%PDF-1.7")).toEqual(["application/pdf"]);
    expect(typesOf(names, "x.csv", "%PDF-1.7")).toEqual(["text/csv", "text/plain"]);
  });

  test("that is a launcher starts what it starts, and nothing else of it", async () => {
    const launcher = await put(
      "Game.desktop",
      "[Desktop Entry]\nType=Application\nName=G\nExec=game %f --x\n",
    );
    expect(await opened(launcher)).toEqual(["game", "--x"]);
    expect(await opened(await put("Link.desktop", "[Desktop Entry]\nType=Link\nURL=x\n"))).toBeNull();
  });

  test("is shown by the first application with a window; a launcher shows nothing", async () => {
    await app("pager", "less %f", "application/pdf;", "Terminal=true\n");
    await put(".config/mimeapps.list", "[Default Applications]\napplication/pdf=pager.desktop\n");
    const file = await put("a.pdf", "");
    expect(await viewerOf(file, surroundings())).toBeNull();
    await app("viewer", "view %f", "application/pdf;");
    expect(await viewerOf(file, surroundings())).toEqual(["view", file]);
    expect(await opened(file)).toEqual(["less", file]);
    const entry = "[Desktop Entry]\nType=Application\nName=G\nExec=game\n";
    expect(await viewerOf(await put("Game.desktop", entry), surroundings())).toBeNull();
  });

  test("that is a trap holds nothing up", async () => {
    await app("viewer", "view %f", "application/pdf;");
    execFileSync("mkfifo", [join(root, "pipe")]);
    await put("share/applications/broken.desktop", "[Desktop Entry]\nExec=%\n\0");
    expect(await opened(join(root, "pipe"))).toBeNull();
    expect(await opened(join(root, "absent"))).toBeNull();
  });
});

test("the types that the desktop opens here are those that it gives such files", async () => {
  const names = await readTypeNames(["/usr/share"]);
  const documents =
    "pdf ps rtf doc xls ppt docx dotx docm dotm xlsx xltx xlsm xlsb xltm xlam pptx ppsx potx pptm ppsm potm ppam";
  const endings = `${documents} odt ott ods ots odp otp odg otg odb msi chm deb jar`.split(" ");
  const files = await Promise.all(endings.map((ending) => put(`x.${ending}`, "x")));
  const told = execFileSync("gio", ["info", "-a", "standard::fast-content-type", ...files], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: root },
  });
  const types = [...told.matchAll(/standard::fast-content-type: (.*)/g)].map(([, type]) => type ?? "");
  expect(types.length).toBe(endings.length);
  for (const [place, type] of types.entries()) {
    const own = typesOf(names, `x.${endings[place]}`, "");
    expect(own, endings[place]).toContain(type);
    expect(
      RISKY_TYPES.filter((risky) => own.includes(risky)),
      endings[place],
    ).not.toEqual([]);
  }
});
