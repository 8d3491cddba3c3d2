// Writes docs/compatibility.md from what was tried.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, ROOT } from "../setup/paths.mjs";
import { must } from "../setup/run.mjs";

const PAGE = join(ROOT, "docs", "compatibility.md");

/** Replaces the table between the page's two marks. */
export async function writePage(programs, results) {
  const cell = (probe, mode) => {
    const found = results.get(`${probe.name} ${mode}`);
    if (found === undefined) return "–";
    return found.length === 0 ? "as natively" : `differs: ${escaped(found[0])}`;
  };
  const rows = programs.map(
    (probe) => `| ${probe.name} | ${probe.does} | ${cell(probe, "system")} | ${cell(probe, "user")} |`,
  );
  const table = [
    "| program | what it does | system mode | user mode |",
    "| --- | --- | --- | --- |",
    ...rows,
  ];
  const text = readFileSync(PAGE, "utf8");
  const marks = /(<!-- table: npm run compat -->\n)[\s\S]*(<!-- end -->)/;
  if (!marks.test(text)) throw new Error(`${PAGE} has lost the marks of its table`);
  writeFileSync(
    PAGE,
    text.replace(marks, (_, begin, end) => `${begin}\n${table.join("\n")}\n\n${end}`),
  );
  await must(bin("prettier"), ["--write", "--log-level=warn", PAGE]);
}

function escaped(line) {
  return line.slice(0, 120).replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
