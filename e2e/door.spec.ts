// The door between page and main, in the shipping app: nothing gets out, nothing wrong gets in.
// The page is made to try, as an attacker would who had taken it over.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./test.js";

/** A server on this host that nobody but the test itself may reach. */
const server = createServer((request, response) => {
  hits.push(request.url ?? "");
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.end("canary");
});
const hits: string[] = [];
let canary = "";

test.beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  canary = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => server.close());
test.beforeEach(() => (hits.length = 0));

/** Fails when anything but the test's own knock has reached the server. */
async function expectUntouched(): Promise<void> {
  await fetch(`${canary}/knock`);
  expect(hits).toEqual(["/knock"]);
}

test("a page that was taken over reaches no network", async ({ app }) => {
  const reached = await app.page.evaluate(async (url) => {
    const settled = (work: Promise<unknown>): Promise<boolean> =>
      work.then(
        () => true,
        () => false,
      );
    const loaded = (element: HTMLElement): Promise<unknown> =>
      new Promise((done, failed) => {
        element.addEventListener("load", done);
        element.addEventListener("error", failed);
        document.addEventListener("securitypolicyviolation", failed);
        document.body.append(element);
      });
    const image = document.createElement("img");
    image.src = `${url}/image`;
    const frame = document.createElement("iframe");
    frame.src = `${url}/frame`;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = `${url}/style`;
    const socket = new Promise((done, failed) => {
      const open = new WebSocket(url.replace("http", "ws"));
      open.addEventListener("open", done);
      open.addEventListener("error", failed);
    });
    const background = document.createElement("div");
    background.style.backgroundImage = `url(${url}/background)`;
    background.style.height = "1px";
    document.body.append(background);
    navigator.sendBeacon(`${url}/beacon`);
    // All are listened to at once: an event of one must not pass while another is waited for.
    const tried = {
      fetch: fetch(`${url}/fetch`),
      file: fetch("file:///etc/passwd"),
      image: loaded(image),
      frame: loaded(frame),
      style: loaded(style),
      socket,
    };
    const ends = Object.entries(tried).map(async ([name, end]) => [name, await settled(end)] as const);
    return Object.fromEntries(await Promise.all(ends));
  }, canary);
  expect(new Set(Object.values(reached))).toEqual(new Set([false]));
  await expectUntouched();
});

test("it goes nowhere and opens nothing", async ({ app }) => {
  const before = app.page.url();
  const opened = await app.page.evaluate((url) => {
    const opened = window.open(`${url}/window`);
    const link = document.createElement("a");
    link.href = `${url}/link`;
    link.target = "_blank";
    const download = document.createElement("a");
    download.href = `${url}/download`;
    download.download = "file";
    const form = document.createElement("form");
    form.action = `${url}/form`;
    document.body.append(link, download, form);
    link.click();
    download.click();
    form.submit();
    location.href = `${url}/location`;
    return opened !== null;
  }, canary);
  expect(opened).toBe(false);
  // A call that is answered shows that the page is still the one that it was.
  expect(await app.page.evaluate(() => window.see.splitCommand("still here"))).toMatchObject({ ok: true });
  expect(app.page.url()).toBe(before);
  expect(app.page.context().pages()).toHaveLength(1);
  await expectUntouched();
});

test("text becomes neither markup nor code", async ({ app }) => {
  const ran = await app.page.evaluate(() => {
    const attempt = (work: () => void): boolean => {
      try {
        work();
        return true;
      } catch {
        return false;
      }
    };
    const inline = document.createElement("script");
    attempt(() => inline.append("document.title = 'taken over'"));
    document.body.append(inline);
    return {
      markup: attempt(() => (document.body.innerHTML += "<b>x</b>")),
      script: attempt(() => (document.createElement("script").src = "data:text/javascript,1")),
      title: document.title === "taken over",
    };
  });
  expect(ran).toEqual({ markup: false, script: false, title: false });
});

// Blobs of the page may: the diff view makes its worker so. A page that was taken over has no more by one than by itself.
test("a worker starts from no address, but from what the page has made itself", async ({ app }) => {
  await expect(app.command).toBeVisible();
  const started = await app.page.evaluate(async () => {
    const starts = (url: string): Promise<boolean> =>
      new Promise((done) => {
        try {
          const worker = new Worker(url);
          worker.addEventListener("message", () => done(true));
          worker.addEventListener("error", () => done(false));
        } catch {
          done(false);
        }
      });
    const code = "postMessage(1)";
    return {
      blob: await starts(URL.createObjectURL(new Blob([code], { type: "text/javascript" }))),
      data: await starts(`data:text/javascript,${code}`),
    };
  });
  expect(started).toEqual({ blob: true, data: false });
});

test("it gets no permission", async ({ app }) => {
  const states = await app.page.evaluate(async () => {
    const names = ["geolocation", "notifications", "camera", "microphone"] as PermissionName[];
    const found = names.map(async (name) => (await navigator.permissions.query({ name })).state);
    return Promise.all(found);
  });
  expect(new Set(states)).toEqual(new Set(["denied"]));
});

test("it has named verbs and no Electron", async ({ app }) => {
  const shape = await app.page.evaluate(() =>
    Object.entries(window.see).map(([name, verb]) => [name, typeof verb]),
  );
  expect(shape.every(([, type]) => type === "function")).toBe(true);
  const names = shape.map(([name]) => name);
  for (const raw of ["invoke", "send", "on", "ipcRenderer", "openExternal"]) expect(names).not.toContain(raw);
});

test("what a verb does not take is refused with a code", async ({ app }) => {
  const answers = await app.page.evaluate(async () => {
    const see = window.see as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const wrong: [string, unknown[]][] = [
      ["run", []],
      ["run", [{ command: [] }]],
      ["run", [{ command: "rm -rf /" }]],
      ["run", [{ command: ["x"], rows: -1 }]],
      ["stop", [""]],
      ["stop", ["a", "one too many"]],
      ["content", [{ session: "a", path: "/a", side: "middle", offset: 0, length: 1 }]],
      ["content", [{ session: "a", path: "/a", side: "after", offset: 0, length: 2 ** 40 }]],
      ["commit", [{ session: "a" }, 0]],
      ["openTerminal", ["a", "program", 0, 0]],
      ["saveSettings", [{ theme: "plaid", panes: {}, recent: [] }]],
      ["copyText", [{ toString: "x" }]],
    ];
    return Promise.all(wrong.map(async ([name, args]) => see[name]?.(...args)));
  });
  for (const answer of answers) expect(answer).toMatchObject({ ok: false, error: { code: "bad-request" } });
});

test("a session's name is never an option of the program that shows its terminal", async ({ app }) => {
  const outcome = await app.page.evaluate(
    () =>
      new Promise<string>((done) => {
        let text = "";
        window.see.onTerminalData((_terminal, data) => {
          text += new TextDecoder().decode(data);
          return true;
        });
        window.see.onTerminalExit(() => done(text));
        void window.see.openTerminal("--help", "program", 24, 80);
      }),
  );
  expect(outcome).not.toContain("Usage");
});
