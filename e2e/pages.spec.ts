// Pages of PDF documents are drawn, before and after; hostile documents end in words, and the window goes on.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { App } from "./app.js";
import { expect, test } from "./test.js";

const POSTSCRIPT = readFileSync(join(import.meta.dirname, "programs", "pages.ps"));

/** How many pixels of a side's page are dark. */
async function ink(app: App, side: "Before" | "After", page: number): Promise<number> {
  const picture = app.detail.getByRole("img", { name: `${side}, page ${page}`, exact: true });
  await picture.waitFor();
  return picture.locator("canvas").evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const pixels = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height).data;
    let dark = 0;
    for (let at = 0; at < pixels.length; at += 4) if (pixels[at]! < 128) dark += 1;
    return dark;
  });
}

test("the pages of a document, before and after", async ({ machine, app }) => {
  const source = machine.file("pages.ps", POSTSCRIPT);
  const convert = (count: number, to: string): string =>
    `gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=${to} -c "/count ${count} def" -f ${source}`;
  const report = machine.path("home/report.pdf");
  await machine.run(["sh", "-c", convert(2, report)]);
  await app.run(machine.file("change.sh", `#!/bin/sh\n${convert(3, report)}\n`, 0o755));
  await app.ended();
  await app.show("report.pdf");
  await expect(app.detail.getByText("Page 1 of 3", { exact: true })).toBeVisible();
  // A fifth of the paper is one black square; the rest is letters of a font that the file does not bring.
  expect(await ink(app, "Before", 1)).toBeGreaterThan(50_000);
  expect(await ink(app, "After", 1)).toBeGreaterThan(50_000);
  for (const page of [2, 3]) {
    await app.detail.getByRole("button", { name: "Later" }).click();
    expect(await ink(app, "After", page)).toBeGreaterThan(50_000);
  }
  await expect(app.detail).toContainText("There is no page 3 on this side");
  await app.detail.getByRole("button", { name: "Earlier" }).click();
  await app.detail.getByRole("radio", { name: "Difference" }).click();
  await expect(app.detail.getByRole("img", { name: "Difference" })).toBeVisible();
});

test("a document that keeps changing is drawn to the end, and shown until the next one is", async ({
  machine,
  app,
}) => {
  const source = machine.file("pages.ps", POSTSCRIPT);
  const convert = (count: number): string =>
    `gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=${machine.path(`home/${count}.pdf`)} -c "/count ${count} def" -f ${source}`;
  await machine.run(["sh", "-c", `${convert(2)}; ${convert(3)}`]);
  const script = `#!/bin/sh
for n in $(seq 300); do
  for pages in 2 3; do cp $pages.pdf next; mv next live.pdf; sleep 0.2; done
done
`;
  await app.run(machine.file("home/live.sh", script, 0o755));
  await app.show("live.pdf");
  const pages = app.detail.getByText(/^Page 1 of [23]$/);
  const first = await pages.textContent();
  expect(await ink(app, "After", 1)).toBeGreaterThan(50_000);
  await expect.poll(() => pages.textContent(), { timeout: 30_000 }).not.toBe(first);
});

test("a document that gets shorter than the page in sight shows its last page", async ({ machine, app }) => {
  const source = machine.file("pages.ps", POSTSCRIPT);
  const convert = (count: number): string =>
    `gs -q -dSAFER -dBATCH -dNOPAUSE -sDEVICE=pdfwrite -sOutputFile=${machine.path(`home/${count}.pdf`)} -c "/count ${count} def" -f ${source}`;
  await machine.run(["sh", "-c", `${convert(2)}; ${convert(3)}`]);
  const script = "#!/bin/sh\ncp 3.pdf live.pdf\nread line\ncp 2.pdf next; mv next live.pdf\nread line\n";
  await app.run(machine.file("home/live.sh", script, 0o755));
  await app.show("live.pdf");
  for (const page of [2, 3]) {
    await app.detail.getByRole("button", { name: "Later" }).click();
    expect(await ink(app, "After", page)).toBeGreaterThan(50_000);
  }
  await app.type("\n");
  await expect(app.detail.getByText("Page 2 of 2", { exact: true })).toBeVisible();
  expect(await ink(app, "After", 2)).toBeGreaterThan(50_000);
});

test("hostile documents end in words", async ({ machine, app }) => {
  machine.file("home/pages.ps", POSTSCRIPT);
  const script = readFileSync(join(import.meta.dirname, "programs", "hostile-documents.py"));
  await app.run(`/usr/bin/python3 ${machine.file("make.py", script, 0o755)}`);
  await app.ended();
  for (const [name, words] of [
    ["locked.pdf", "This file is locked with a password"],
    ["cut.pdf", "This file cannot be looked into"],
    ["loop.pdf", "This page cannot be drawn"],
    ["nothing.pdf", "This file cannot be looked into"],
  ] as const) {
    await app.show(name);
    await app.view("Pages");
    await expect(app.detail, name).toContainText(words);
  }
  // Its content would take minutes: the worker is stopped while it works, twenty seconds after it was asked.
  await app.page.clock.install();
  await app.show("bomb.pdf");
  await app.view("Pages");
  await expect(app.detail).toContainText("Page 1 of 1");
  // The page is asked for a moment after it was counted: the time is from then on.
  await expect(async () => {
    await app.page.clock.fastForward(20_000);
    await expect(app.detail).toContainText("A look inside takes too long", { timeout: 1_000 });
  }).toPass();
  // A page of a kilometre is drawn no larger than any other; what acts by itself does not act.
  await app.show("wide.pdf");
  await expect(app.detail.getByRole("img", { name: "After, page 1" })).toBeVisible();
  await app.show("acts.pdf");
  await expect(app.detail.getByRole("img", { name: "After, page 1" })).toBeVisible();
  await app.view("Inside");
  await expect(app.detail).toContainText("a viewer may run it");
});
