// What views say and do beside showing a file: ends of lines, hidden characters, long lines, differences of bytes.
import { truncateSync } from "node:fs";
import { expect, test } from "./test.js";

/** So much that no machine has read it before a person can press a button, in bytes. */
const HOLES = 64 * 1024 ** 3;

test("views say what a file is, and lead to where it differs", async ({ machine, app }) => {
  machine.file("home/ends.txt", "one\ntwo\n");
  machine.file("home/image.bin", Buffer.alloc(3_000_000));
  // Holes, of which nothing takes room.
  truncateSync(machine.file("home/holes.bin", "old"), HOLES);
  const script = machine.file(
    "home/change.sh",
    `#!/bin/sh
cd
printf 'one\\r\\ntwo\\r\\n' >ends.txt
printf 'a\\342\\200\\256b\\r\\nc\\r\\n' >windows.ini
printf 'changed' | dd of=image.bin bs=1 seek=1000000 conv=notrunc 2>&-
printf 'changed' | dd of=image.bin bs=1 seek=2500000 conv=notrunc 2>&-
printf 'II*\\0' >scan.tif
printf '%0900d\\n' 7 >long.txt
cat >icon.svg <<'EOF'
<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" onload="document.title=1"><script>document.title=1</script><rect width="20" height="10"/><image href="file:///etc/passwd"/></svg>
EOF
rm holes.bin; printf new >holes.bin; truncate -s ${HOLES} holes.bin
`,
    0o755,
  );
  await app.run(script);
  await app.ended();
  const { detail } = app;

  await app.show("ends.txt");
  await expect(detail).toContainText("Only the ends of lines differ");
  await app.show("windows.ini");
  await expect(detail).toContainText("Its lines end as on Windows.");
  await expect(detail).toContainText("a‹\\u{202e}›b");
  await expect(detail).not.toContainText("\\r");
  await app.show("icon.svg");
  await expect(detail).toContainText("20 × 10 · drawn without what it would run or load");
  const picture = detail.getByRole("img", { name: "After" });
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(512);
  await app.view("Text");
  await expect(detail).toContainText("<script>");
  expect(await app.page.title()).not.toBe("1");
  await app.show("scan.tif");
  await expect(detail).toContainText("A TIFF picture. There is no view for it here");

  await app.show("long.txt");
  const line = detail.getByText(/^0+7$/);
  const height = async (): Promise<number> => (await line.boundingBox())?.height ?? 0;
  expect(await height()).toBeLessThan(30);
  await detail.getByRole("checkbox", { name: "Wrap lines" }).check();
  await expect.poll(height).toBeGreaterThan(30);

  await app.show("image.bin");
  const bytes = detail.getByRole("region", { name: "Bytes of the file" });
  await detail.getByRole("button", { name: "Next difference" }).click();
  await expect(bytes).toContainText("000f4240");
  // A whole row is in sight, however narrow the pane is.
  const beyond = (): Promise<number> => bytes.evaluate((pane) => pane.scrollWidth - pane.clientWidth);
  const row = bytes.getByText("63 68 61 6e 67 65 64 00", { exact: true });
  await expect(row).toHaveCount(0);
  for (let step = 0; step < 9; step++) await app.border("Width of the list of changes").press("ArrowRight");
  await expect(row).toBeVisible();
  expect(await beyond()).toBe(0);
  await bytes.press("n");
  await expect(bytes).toContainText("002625a0");
  await bytes.press("n");
  await expect(detail).toContainText("No other difference");
  await bytes.press("p");
  await expect(bytes).toContainText("000f4240");
  // A search that takes long is stopped.
  await app.show("holes.bin");
  const next = detail.getByRole("button", { name: "Next difference" });
  await next.click();
  await expect(bytes).toContainText("6e 65 77");
  await next.click();
  await expect(detail).toContainText("Looking at");
  await detail.getByRole("button", { name: "Stop" }).click();
  await expect(detail).not.toContainText("Looking at");
  await expect(next).toBeEnabled();
  // What was chosen for texts is not forced upon others, nor this upon texts.
  await app.view("Hex");
  await app.show("windows.ini");
  await expect(detail.getByRole("radio", { name: "Text" })).toBeChecked();
});

test("SVG pictures that take for ever or cannot be drawn are given up, and the window goes on", async ({
  machine,
  app,
}) => {
  const script = machine.file(
    "home/draw.py",
    `uses = "".join(f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
head = '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">'
open("bomb.svg", "w").write(f'{head}<defs><g id="g0"><path d="M0 0h9v9z"/></g>{uses}</defs><use href="#g11"/></svg>')
open("cut.svg", "w").write(f"{head}<path")
open("good.svg", "w").write(f"{head}<text y='50'>Letters</text></svg>")
open("long.svg", "w").write(f"{head}<{'n' * (1 << 20)}></g></svg>")
open("large.svg", "w").write(f"{head}{' ' * (16 << 20)}</svg>")
`,
  );
  await app.run(`/usr/bin/python3 ${script}`);
  await app.ended();
  await app.page.clock.install();
  await app.show("bomb.svg");
  const given = app.detail.getByText("This image cannot be drawn");
  // It uses up its memory or its time, whichever comes first.
  await expect(async () => {
    await app.page.clock.fastForward(20_000);
    await expect(given).toBeVisible({ timeout: 200 });
  }).toPass();
  await app.show("cut.svg");
  await expect(given).toBeVisible();
  // What it quotes of a megabyte is short.
  await app.show("long.svg");
  await expect(app.detail).toContainText(/nnn…/);
  expect((await app.detail.innerText()).length).toBeLessThan(1000);
  await app.detail.getByRole("button", { name: "Show the text" }).click();
  await expect(app.detail.getByRole("radio", { name: "Text" })).toBeChecked();
  // That was no wish for others.
  await app.show("good.svg");
  await expect(app.detail.getByRole("img", { name: "After" })).toBeVisible();
  await app.show("large.svg");
  await expect(app.detail.getByRole("radio", { name: "Text" })).toBeChecked();
  await app.view("Image");
  await expect(app.detail).toContainText("Drawings above 17 MB are not drawn");
});

test("an SVG picture that keeps changing is drawn to the end, and shown until the next one is", async ({
  machine,
  app,
}) => {
  const script = machine.file(
    "home/live.py",
    `import os, time
clouds = '<filter id="f"><feTurbulence baseFrequency=".1" numOctaves="8"/></filter>'
for n in range(100, 900):
    with open("next", "w") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{n}" height="100">{clouds}<path d="M0 0h99v99H0z" filter="url(#f)"/></svg>')
    os.replace("next", "live.svg")
    time.sleep(0.2)
`,
  );
  await app.run(`/usr/bin/python3 ${script}`);
  await app.show("live.svg");
  const picture = app.detail.getByRole("img", { name: "After" });
  await expect(picture).toBeVisible();
  const first = await picture.getAttribute("src");
  await expect.poll(() => picture.getAttribute("src")).not.toBe(first);
  await expect(app.detail).not.toContainText("cannot be drawn");
});

test("the bytes of a file that keeps changing stay in hand", async ({ machine, app }) => {
  const script = `#!/bin/sh
cd
for n in $(seq 100 900); do printf '\\0%d' $n >next; mv next live.bin; sleep 0.2; done
`;
  await app.run(machine.file("home/live.sh", script, 0o755));
  await app.show("live.bin");
  const bytes = app.detail.getByRole("region", { name: "Bytes of the file" });
  await expect(bytes).toContainText("00 3");
  await bytes.focus();
  for (let change = 0; change < 3; change++) {
    const before = await bytes.textContent();
    await expect.poll(() => bytes.textContent()).not.toBe(before);
  }
  await expect(bytes).toBeFocused();
});
