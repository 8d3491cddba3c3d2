// What the desktop tells while the window is not in front: an end, a wait, a limit that is near, something that was refused. Each
// once; a click leads to the session.
import { existsSync } from "node:fs";
import { App } from "./app.js";
import { Notifications } from "./harness/notifications.js";
import { expect, test } from "./test.js";

const SCRIPT = `cd; head -c 9000000 /dev/zero >large
python3 -c 'import socket; socket.create_connection(("192.0.2.7", 443))' 2>/dev/null
read line`;

test("the desktop tells once what a session was refused, that its room ends, and that it has ended", async ({
  machine,
}) => {
  const desktop = await Notifications.start(machine);
  try {
    const app = await App.start(machine, [], desktop.environment);
    await app.lookAway();
    const options = ["--name", "trial", "--keep", "--quota", "10M", "--tty", "always"];
    // Its status is that of the program, which will be stopped.
    const ended = machine.run([machine.installation.helper, "run", ...options, "--", "sh", "-c", SCRIPT]);
    const titles = async (): Promise<string[]> => (await desktop.read()).map(({ title }) => title).toSorted();
    const warnings = ["trial is nearly at a limit", "trial was refused something"];
    await expect.poll(titles, { timeout: 60_000 }).toEqual(warnings);
    const warned = await desktop.read();
    expect(warned.map(({ body }) => body).join(" ")).toContain("It tried to reach 192.0.2.7:443");
    await machine.alcatraz("stop", "trial");
    await ended;
    await expect.poll(() => desktop.shown(), { timeout: 60_000 }).toBe(1);
    await desktop.click();
    await expect(app.title).toHaveText("trial");
    await app.ended();
    expect(await titles()).toEqual(["trial has ended", ...warnings]);

    // Who does not want them gets none: the next thing to be told is the end of the second one.
    await app.page.keyboard.press("Control+,");
    await app.dialog.getByRole("switch", { name: /refused something/ }).uncheck();
    await app.dialog.getByRole("button", { name: "Done" }).click();
    await app.lookAway();
    await machine.alcatraz(
      "run",
      "--name",
      "<b>second</b>",
      "--keep",
      "--",
      "sh",
      "-c",
      SCRIPT.replace("read line", "true"),
    );
    // Its name is no markup either.
    const end = "‹b›second‹/b› has ended";
    await expect.poll(titles, { timeout: 60_000 }).toContain(end);
    expect((await titles()).filter((title) => title.includes("second"))).toEqual([end]);

    // A commit that was made elsewhere is taken back by its button.
    const made = machine.path("home/made.txt");
    await machine.alcatraz("run", "--name", "third", "--keep", "--", "sh", "-c", "echo made >~/made.txt");
    await expect.poll(titles, { timeout: 60_000 }).toContain("third has ended");
    await machine.alcatraz("commit", "third");
    expect(existsSync(made)).toBe(true);
    await expect.poll(() => desktop.shown(), { timeout: 60_000 }).toBe(1);
    await desktop.press("Take it back");
    // Until the outcome is told, the first one stays: the program that shows them still works on its menu.
    await expect.poll(() => desktop.shown(), { timeout: 60_000 }).toBe(2);
    const told = await titles();
    expect(told).toContain("third was committed");
    expect(told.filter((title) => title.endsWith(" was taken back"))).toHaveLength(1);
    expect(existsSync(made)).toBe(false);
    await app.close();
  } finally {
    await desktop.stop();
  }
});

test("a session that waits is told", async ({ machine }) => {
  const desktop = await Notifications.start(machine);
  try {
    const app = await App.start(machine, [], desktop.environment);
    await app.lookAway();
    const options = ["--name", "full", "--keep", "--quota", "10M", "--tty", "always"];
    const fill = "cd; head -c 30000000 /dev/zero >large; read line";
    const ended = machine.run([machine.installation.helper, "run", ...options, "--", "sh", "-c", fill]);
    const titles = async (): Promise<string[]> => (await desktop.read()).map(({ title }) => title);
    await expect.poll(titles, { timeout: 60_000 }).toContain("full waits for you");
    await machine.alcatraz("stop", "full");
    await ended;
    await app.close();
  } finally {
    await desktop.stop();
  }
});
