// What axe finds on the screen as it is: names, roles, contrast, order.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { App } from "../app.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Returns what is wrong, in words. The script goes in by the debugger: the page's policy forbids it. */
export async function violations(app: App): Promise<string[]> {
  if (!(await app.page.evaluate(() => "axe" in window))) await app.page.evaluate(AXE);
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
