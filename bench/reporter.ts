// Prints the figures as a table and, when asked, puts them into bench/README.md, in the place of the same ones from before.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";
import type { Reporter, TestCase, TestResult } from "@playwright/test/reporter";
import { FIGURE, type Figure } from "./measure.js";

const README = join(import.meta.dirname, "README.md");
const BEGIN = "<!-- figures: npm run bench -- --write -->";
const END = "<!-- end of figures -->";
const HEAD =
  "| what | mode | reached | wanted | measured | when | on |\n| --- | --- | --- | --- | --- | --- | --- |";

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
    const today = new Date().toISOString().slice(0, 10);
    const machine = `Linux ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`;
    const rows = this.rows.map(
      ([mode, { what, reached, wanted, how }]) =>
        `| ${what} | ${mode} | ${reached} | ${wanted} | ${how} | ${today} | ${machine} |`,
    );
    process.stdout.write(`\n${HEAD}\n${rows.join("\n")}\n`);
    // A figure that is missing is said to be missing; it takes none of the others with it.
    if (this.unfinished.length > 0) process.stdout.write(`\nNot finished: ${this.unfinished.join("; ")}.\n`);
    if (process.env["ALCATRAZ_BENCH_WRITE"] !== "1" || this.rows.length === 0) return;
    const text = readFileSync(README, "utf8");
    const [before = "", rest = ""] = text.split(BEGIN);
    const [table = "", after = ""] = rest.split(END);
    // What was not measured now stays as it was then, with the machine that measured it.
    const kept = new Map(
      table
        .split("\n")
        .filter(isRow)
        .map((row) => [key(row), row]),
    );
    for (const row of rows) kept.set(key(row), row);
    const whole = [HEAD, ...[...kept.values()].toSorted()].join("\n");
    writeFileSync(README, `${before}${BEGIN}\n\n${whole}\n\n${END}${after}`);
  }
}

function isRow(line: string): boolean {
  return line.startsWith("| ") && !/^(what|-+)$/.test(cells(line)[0] ?? "");
}

/** What and in which mode: by that a row is known again. */
function key(row: string): string {
  return cells(row).slice(0, 2).join(" | ");
}

function cells(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

export default FigureReporter;
