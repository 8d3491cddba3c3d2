// Prints the figures as a table and, when asked, puts them into bench/README.md.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";
import { FIGURE, type Figure } from "./measure.js";

const README = join(import.meta.dirname, "README.md");
const BEGIN = "<!-- figures: npm run bench -- --write -->";
const END = "<!-- end of figures -->";

class FigureReporter implements Reporter {
  private readonly rows: [mode: string, figure: Figure][] = [];
  private readonly unfinished: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    const mode = test.parent.project()?.name ?? "";
    for (const { type, description } of result.annotations) {
      if (type === FIGURE && description !== undefined)
        this.rows.push([mode, JSON.parse(description) as Figure]);
    }
    if (result.status !== "passed" && result.status !== "skipped")
      this.unfinished.push(`${test.title} (${mode})`);
  }

  onEnd(): void {
    const lines = this.rows.map(
      ([mode, { what, reached, wanted, how }]) => `| ${what} | ${mode} | ${reached} | ${wanted} | ${how} |`,
    );
    const processor = cpus()[0]?.model ?? "unknown processor";
    const table = [
      `Linux ${release()}, ${cpus().length} × ${processor}, ${new Date().toISOString().slice(0, 10)}.`,
      "",
      "| what | mode | reached | wanted | measured |",
      "| --- | --- | --- | --- | --- |",
      ...lines,
      // A figure that is missing is said to be missing; it takes none of the others with it.
      ...(this.unfinished.length === 0 ? [] : ["", `Not finished: ${this.unfinished.join("; ")}.`]),
    ].join("\n");
    process.stdout.write(`\n${table}\n`);
    if (process.env["ALCATRAZ_BENCH_WRITE"] !== "1" || this.rows.length === 0) return;
    const text = readFileSync(README, "utf8");
    const [before, after] = [text.split(BEGIN)[0] ?? "", text.split(END)[1] ?? ""];
    writeFileSync(README, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  }
}

export default FigureReporter;
