// Bad input: each gives a clear error or a calm screen, and the next thing works.
import { expect, test } from "./test.js";

test("a command that is not there", async ({ app }) => {
  await app.command.fill("no-such-program --at-all");
  await app.page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(app.page.getByRole("alert")).toContainText("Command not found");
  // How the helper puts it is a detail.
  const said = app.page.getByRole("alert").getByText("was not found.");
  await expect(said).toBeHidden();
  await app.page.getByText("What the helper says").click();
  await expect(said).toBeVisible();
  // What only a shell understands goes to one, lines and all.
  await app.command.fill("echo a |\ncat >~/two.txt");
  await app.page.keyboard.press("Enter");
  await expect(app.page.getByRole("alert")).toContainText("is for a shell");
  await app.page.getByRole("button", { name: "Run it in a shell" }).click();
  await app.ended();
  await expect(app.row("two.txt", "Created file")).toBeVisible();
  await app.goHome();
  await app.run("/bin/true");
  await app.ended();
  await expect(app.changes).toContainText("Nothing was changed");
});

test("a file of 5 GB is described at once and read in parts", async ({ machine, app }) => {
  const program = machine.file("program.sh", "#!/bin/sh\ntruncate -s 5G ~/huge.img\n", 0o755);
  await app.run(program);
  await app.ended();
  await app.show("huge.img");
  await expect(app.detail).toContainText("GB");
  await app.view("Hex");
  await expect(app.detail).toContainText("00 00 00 00 00 00 00 00");
  await app.abort();
});

test("a text file of many megabytes does not freeze the window", async ({ machine, app }) => {
  const program = machine.file(
    "program.py",
    "with open('log.txt', 'w') as out:\n  for n in range(400000): out.write(f'line {n}\\n')\n",
  );
  await app.run(`/usr/bin/python3 ${program}`);
  await app.ended();
  await app.page.evaluate(() => {
    const tasks: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((task) => task.duration))).observe({
      type: "longtask",
    });
    Object.assign(window, { tasks });
  });
  await app.show("log.txt");
  await expect(app.detail).toContainText("line 0");
  // Part by part: no line is in two halves, and each has its own number.
  await app.detail.getByRole("button", { name: "Page through all of it" }).click();
  const text = app.detail.getByRole("region", { name: "Text", exact: true });
  for (const part of ["Part 2 of", "Part 3 of"]) {
    await app.detail.getByRole("button", { name: "Later" }).click();
    await expect(app.detail).toContainText(part);
    const shown = (await text.textContent()) ?? "";
    const first = parseInt(shown, 10);
    expect(first).toBeGreaterThan(10_000);
    expect(shown.startsWith(`${first}line ${first - 1}${first + 1}line ${first}`), shown.slice(0, 40)).toBe(
      true,
    );
  }
  const longest = await app.page.evaluate(() =>
    Math.max(0, ...(window as unknown as { tasks: number[] }).tasks),
  );
  expect(longest).toBeLessThan(1000);
  await app.goHome();
});

test("programs that end at once are seen to end", async ({ app }) => {
  test.setTimeout(180_000);
  // The answer that a program runs and the news that it has ended race for the page.
  for (let round = 0; round < 12; round++) {
    await app.goHome();
    await app.run("/bin/true");
    await app.ended();
  }
  // A screen at rest is not drawn anew: it did so at each frame, with another observer of its size.
  const observed = (): Promise<number> =>
    app.page.evaluate(async () => {
      const { ResizeObserver: Real } = window;
      let made = 0;
      window.ResizeObserver = class extends Real {
        constructor(callback: ResizeObserverCallback) {
          super(callback);
          made += 1;
        }
      };
      for (let frame = 0; frame < 20; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
      window.ResizeObserver = Real;
      return made;
    });
  await expect.poll(observed).toBe(0);
});
