// What happens to files that are dropped or opened: a document's choices are its own, and no file is lost without a word.
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import type { FileSort, OpenWith, Outcome } from "../../../protocol/src/bridge.js";
import type { RunRequest } from "../../../protocol/src/session.js";

const asked: RunRequest[] = [];
let refuses = false;
let sort: FileSort = "other";
let fails: "sortOf" | "openWith" | null = null;
/** What happens while something starts. */
let meanwhile = async (): Promise<void> => {};
const isPaper = (path: string): boolean => path.endsWith(".pdf");
const reader = (path: string): OpenWith => {
  return { name: "Reader", command: ["reader", path], terminal: false, launcher: false };
};

const FAILED = { ok: false, error: { code: "io", message: "The disk is gone.", hint: "Look." } } as const;

vi.stubGlobal("window", {
  see: {
    sortOf: async (): Promise<Outcome<FileSort>> => (fails === "sortOf" ? FAILED : { ok: true, value: sort }),
    openWith: async (path: string): Promise<Outcome<OpenWith | null>> => {
      if (fails === "openWith") return FAILED;
      return { ok: true, value: isPaper(path) ? reader(path) : null };
    },
    splitCommand: async (line: string) => ({ ok: true, value: line.split(" ") }),
    run: async (request: RunRequest) => {
      asked.push(request);
      await meanwhile();
      if (refuses) return { ok: false, error: { code: "unsupported", message: "", hint: "" } };
      return { ok: true, value: { id: `s${asked.length}`, created: "2026-01-01T00:00:00Z" } };
    },
    saveSettings: async () => ({ ok: true, value: null }),
  },
});
afterAll(() => vi.unstubAllGlobals());

const { useRoute } = await import("../../route-store.js");
const { useRun } = await import("./run-store.js");
const { takeFiles } = await import("./take-files.js");
const { useHelper } = await import("../run/helper-store.js");
const run = useRun.getState;
const CARE = { quota: 500_000_000, reads: "lookups", display: "nested" };
const USUAL = { quota: "", reads: "opens", display: "auto" };

beforeEach(() => {
  asked.length = 0;
  refuses = false;
  fails = null;
  sort = "other";
  meanwhile = async () => {};
  useRun.setState(useRun.getInitialState(), true);
  useRoute.getState().go({ name: "home" });
});

it("a document that waits has its choices in the form; they go when it runs", async () => {
  await takeFiles(["/home/ann/a.pdf"], false);
  expect(run()).toMatchObject({ line: "reader /home/ann/a.pdf", quota: "500 MB", display: "nested" });
  // The line is mended, and is still the document's.
  run().edit({ line: "other --once /home/ann/a.pdf" });
  await run().runForm();
  expect(asked[0]?.policy).toEqual(CARE);
  expect(run()).toMatchObject(USUAL);
});

it("what is run in its stead, or beside it, has none of them", async () => {
  await takeFiles(["/home/ann/a.pdf"], false);
  await run().runCommand(["firefox"], null, "none");
  expect(asked[0]?.policy).toBeUndefined();
  expect(run()).toMatchObject({ quota: "500 MB", reads: "lookups", display: "nested" });
  await takeFiles(["/home/ann/setup.sh"], false);
  expect(run()).toMatchObject({ line: "bash /home/ann/setup.sh", ...USUAL });
  await takeFiles(["/home/ann/a.pdf"], false);
  run().edit({ quota: "2 GB" });
  run().edit({ line: "make" });
  expect(run()).toMatchObject({ ...USUAL, quota: "2 GB" });
});

it("one that was refused keeps them, and the next command does not get them", async () => {
  refuses = true;
  await takeFiles(["/home/ann/a.pdf"], true);
  expect(run()).toMatchObject({ line: "reader /home/ann/a.pdf", cwd: "/home/ann", display: "nested" });
  run().edit({ line: "make" });
  await run().runForm();
  expect(asked.map(({ policy }) => policy)).toEqual([CARE, { display: "auto" }]);
});

it("a file that comes while another one starts is named, and what starts is as it was", async () => {
  meanwhile = async () => {
    await takeFiles(["/home/ann/a.pdf"], true);
    expect(run().error?.message).toContain("a.pdf was not taken");
    expect(run()).toMatchObject({ line: "bash /home/ann/setup.sh", ...USUAL });
  };
  await takeFiles(["/home/ann/setup.sh"], true);
  expect(asked).toHaveLength(1);
  expect(run()).toMatchObject({ line: "", cwd: null, starting: false });
  // The word is still to be read.
  expect(run().error?.message).toContain("a.pdf");
  expect(useRoute.getState().screen.name).toBe("home");
});

it.each(["sortOf", "openWith"] as const)(
  "a file that %s cannot tell of is said to be unread",
  async (call) => {
    fails = call;
    run().edit({ line: "make" });
    await takeFiles(["/home/ann/thing.unknown"], true);
    const message = "thing.unknown cannot be read: The disk is gone.";
    expect(run()).toMatchObject({ line: "make", error: { code: "io", message, hint: "Look." } });
    expect(asked).toEqual([]);
  },
);

it("a file that may not be read is told as such, not as one that nothing opens", async () => {
  sort = "unread";
  await takeFiles(["/home/ann/thing.unknown"], true);
  expect(run().line).toBe(" /home/ann/thing.unknown");
  expect(run().error?.message).toContain("cannot be read: it is gone");
});

it("a package that only root can install waits with the word, and root's is installed", async () => {
  const ready = { state: "ready", version: "1", store: "/s" } as const;
  useHelper.setState({ status: { ...ready, mode: "user" } });
  await takeFiles(["/home/ann/tool.deb"], true);
  expect(asked).toEqual([]);
  expect(run().line).toBe("apt-get install -y --no-install-recommends /home/ann/tool.deb");
  expect(run().error?.message).toBe("Only root can install tool.deb");
  // As text to copy; without --as root the program of sudo's caller would be his.
  expect(run().error?.hint).toMatch(/ sudo alcatraz run --as root -- apt-get install .*tool\.deb$/);
  // What the form then offers.
  expect(run().error?.facts).toEqual({ lacks: "root" });
  useHelper.setState({ status: { ...ready, mode: "system" } });
  await takeFiles(["/home/ann/tool.deb"], true);
  expect(asked).toHaveLength(1);
  // Behind sudo the helper is root's, and a program its caller's.
  expect(asked[0]?.as).toBe("root");
  expect(run()).toMatchObject({ error: null, cwd: "/home/ann" });
  useHelper.setState({ status: { ...ready, mode: "user" } });
  await takeFiles(["/home/ann/it's.deb"], true);
  expect(run().error?.hint).toMatch(/ '\/home\/ann\/it'\\''s\.deb'$/);
});

it("a package that comes before the helper is judged once that is ready, unless something else is typed", async () => {
  const opened = async (mode: "user" | "system", now: boolean, meanwhile = (): void => {}): Promise<void> => {
    useHelper.setState({ status: { state: "starting" } });
    run().edit({ line: "" });
    const taken = takeFiles(["/home/ann/tool.rpm"], now);
    await vi.waitFor(() => expect(run().line).toBe("rpm -i /home/ann/tool.rpm"));
    expect(run().error).toBeNull();
    meanwhile();
    useHelper.setState({ status: { state: "ready", version: "1", store: "/s", mode } });
    await taken;
  };
  await opened("user", false);
  expect(run().error?.message).toBe("Only root can install tool.rpm");
  // Who pressed Run and was refused is not started later.
  await opened("system", true, () =>
    useRun.setState({ error: { code: "helper-gone", message: "", hint: "" } }),
  );
  expect(asked).toEqual([]);
  await opened("user", false, () => run().edit({ line: "make" }));
  expect(run()).toMatchObject({ line: "make", error: null });
  await opened("system", false);
  expect(run()).toMatchObject({ line: "rpm -i /home/ann/tool.rpm", cwd: "/home/ann", error: null });
  expect(asked).toEqual([]);
  await opened("system", true);
  expect(asked).toHaveLength(1);
});
