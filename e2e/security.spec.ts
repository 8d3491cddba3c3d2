// The window's own security, as it ships.
import { App } from "./app.js";
import { expect, test } from "./test.js";

test("the page runs in Chromium's sandbox", async ({ app, account }) => {
  const renderers = app.processes().filter((process) => process.command.includes("--type=renderer"));
  expect(renderers.length).toBeGreaterThan(0);
  for (const renderer of renderers) {
    // Chromium refuses its sandbox to root; for everybody else nothing may turn it off.
    if (account.uid === 0) continue;
    expect(renderer.command).not.toContain("no-sandbox");
    expect(renderer.seccomp).toBe(2);
  }
});

test("the page has the bridge and no Node", async ({ app }) => {
  const globals = await app.page.evaluate(() => ({
    node: ["require", "process", "Buffer", "module"].filter((name) => name in window),
    bridge: "see" in window,
  }));
  expect(globals).toEqual({ node: [], bridge: true });
});

test("closing the window while it still loads is no failure", async ({ machine }) => {
  const app = await App.launch(machine);
  await app.close();
  expect(app.output()).not.toContain("Something went wrong");
});
