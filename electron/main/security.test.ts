// What may be loaded, what is served, and who may run without Chromium's sandbox.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CONTENT_SECURITY_POLICY, policyOf, resolveAsset } from "./app-protocol.js";
import { mayLoad, sandboxVerdict } from "./security.js";

describe("the network layer", () => {
  test.each(["app://alcatraz/index.html", "app://alcatraz/assets/a.js", "blob:app://alcatraz/x", "data:,x"])(
    "loads %s",
    (url) => expect(mayLoad(url)).toBe(true),
  );

  test.each([
    "https://example.com/",
    "http://127.0.0.1/",
    "ws://127.0.0.1/",
    "file:///etc/passwd",
    "app://alcatraz.evil/index.html",
    "app://other/index.html",
    "app://alcatraz@evil/",
    "ftp://x/",
    "chrome://gpu",
    "not a url",
  ])("refuses %s", (url) => expect(mayLoad(url)).toBe(false));
});

describe("the page's files", () => {
  let root = "";
  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), "alcatraz-app-"));
    root = join(directory, "renderer");
    await mkdir(join(root, "assets"), { recursive: true });
    await writeFile(join(root, "index.html"), "page");
    await writeFile(join(root, "assets", "a.js"), "code");
    await writeFile(join(root, "assets", "secret"), "no type of ours");
    await writeFile(join(directory, "outside.js"), "canary");
    await symlink(join(directory, "outside.js"), join(root, "assets", "link.js"));
  });
  afterEach(() => rm(join(root, ".."), { recursive: true, force: true }));

  test("compile WebAssembly in the workers that decode pictures of documents and draw SVG pictures, and nowhere else", () => {
    for (const name of ["parser", "drawing"])
      expect(policyOf(`/assets/${name}.worker-Bm_G-1.js`)).toContain("script-src 'self' 'wasm-unsafe-eval';");
    for (const path of ["/index.html", "/assets/pages.worker-B.js", "/assets/x/../parser.worker-B.js"])
      expect(policyOf(path)).toBe(CONTENT_SECURITY_POLICY);
  });

  test("are found", async () => {
    expect(await resolveAsset(root, "/index.html")).toMatch(/renderer\/index\.html$/);
    expect(await resolveAsset(root, "/assets/a.js")).toMatch(/assets\/a\.js$/);
  });

  test.each([
    "/../outside.js",
    "/%2e%2e/outside.js",
    "/..%2foutside.js",
    "/assets/link.js",
    "/assets/secret",
    "/assets",
    "/",
    "/missing.js",
    "/%00.js",
    "/%E0%A4%A.js",
    "//etc/passwd.js",
  ])("do not include %s", async (pathname) => {
    expect(await resolveAsset(root, pathname)).toBeNull();
  });
});

test("the content policy allows no script but ours and no connection", () => {
  const rules = new Map(
    CONTENT_SECURITY_POLICY.split("; ").map((rule): [string, string] => {
      const [name = "", ...sources] = rule.split(" ");
      return [name, sources.join(" ")];
    }),
  );
  expect(rules.get("default-src")).toBe("'none'");
  expect(rules.get("script-src")).toBe("'self'");
  expect(rules.get("connect-src")).toBe("'none'");
  for (const sources of rules.values()) expect(sources).not.toMatch(/unsafe-eval|https?:|\*/);
});

test("only root may switch Chromium's sandbox off, and hears of it", () => {
  expect(sandboxVerdict(1000, false)).toEqual({ mayStart: true, says: null });
  expect(sandboxVerdict(1000, true).mayStart).toBe(false);
  expect(sandboxVerdict(0, true)).toMatchObject({ mayStart: true, says: expect.stringContaining("sandbox") });
});
