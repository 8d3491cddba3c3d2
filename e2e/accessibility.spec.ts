// Every screen, light and dark, through axe: names, roles, contrast, order.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { App } from "./app.js";
import { expect, test } from "./test.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Returns what axe finds on the screen as it is. The script goes in by the debugger: the page's policy forbids it. */
async function violations(app: App): Promise<string[]> {
  await app.page.evaluate(AXE);
  const found = await app.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    // A new row fades in: its colours are those of the design once it has. What pulses for ever is not waited for.
    const passing = document
      .getAnimations()
      .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(passing.map((animation) => animation.finished));
    return (await axe.run()).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n${node.html}\n${node.failureSummary ?? ""}`),
  );
}

for (const scheme of ["light", "dark"] as const) {
  test(`every screen, ${scheme}`, async ({ machine, app }) => {
    await app.scheme(scheme);
    expect(await violations(app), "home").toEqual([]);

    const script = machine.file(
      "program.sh",
      "#!/bin/sh\necho text >~/text.txt\nhead -c 300 /dev/urandom >~/bytes.bin\nrm ~/.bashrc\nread line\n",
      0o755,
    );
    await app.run(script);
    await expect(app.row("bytes.bin")).toBeVisible();
    expect(await violations(app), "running session").toEqual([]);
    await app.stop();
    for (const [name, view] of [
      ["text.txt", "Text"],
      ["bytes.bin", "Hex"],
      [".bashrc", "Details"],
    ] as const) {
      await app.show(name);
      await app.view(view);
      expect(await violations(app), view).toEqual([]);
    }
    await app.openCommit();
    expect(await violations(app), "commit").toEqual([]);
    await app.page.keyboard.press("Escape");
    await app.commit();
    expect(await violations(app), "committed").toEqual([]);
    await app.goHistory();
    expect(await violations(app), "history").toEqual([]);
  });
}
