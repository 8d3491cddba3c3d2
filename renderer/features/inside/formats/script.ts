// What runs a script, and which of its lines deserve a look. Reads its text; understands no language.
import { formatCount } from "../../../../texts/format.js";
import {
  COLUMNS,
  FACTS,
  FORMATS,
  NOTES,
  SCRIPT_LINES,
  TABLES,
  WARNINGS,
  VALUES,
} from "../../../../texts/formats.js";
import { type Input, utf8 } from "../input.js";
import { type Report, reportOf, TableMaker } from "../report.js";

const READ = 1024 * 1024;

/** Lines that do what an installer rarely must. */
const LOOKS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\b(curl|wget|fetch)\b.*\|\s*(sudo\s+)?(ba|da|z|k)?sh\b/, SCRIPT_LINES.download],
  [/\b(curl|wget|nc|ncat|socat|ftp|scp|rsync)\b/, SCRIPT_LINES.network],
  [/\brm\s+(-\w*[rf]\w*\s+)+(\/|~|\$HOME)/, SCRIPT_LINES.removes],
  [/\b(sudo|su|doas|pkexec)\b/, SCRIPT_LINES.rights],
  [/\bchmod\s+(\S*[+]s|[0-7]*[2467][0-7]{3})\b/, SCRIPT_LINES.setuid],
  [
    /\b(authorized_keys|\.ssh\/|sudoers|crontab|\/etc\/(passwd|shadow|cron|rc\.local|ld\.so\.preload))/,
    SCRIPT_LINES.files,
  ],
  [/\b(systemctl|update-rc\.d|launchctl)\s+\w*\s*(enable|defaults|load)/, SCRIPT_LINES.starts],
  [/\b(base64\s+(-d|--decode)|eval|xxd\s+-r|openssl\s+enc)\b/, SCRIPT_LINES.hides],
  [/\b(iptables|nft|ufw|firewall-cmd)\b/, SCRIPT_LINES.firewall],
  [/\b(insmod|modprobe|mkfs|dd\s+.*of=\/dev\/)/, SCRIPT_LINES.devices],
];

export async function inspectScript(input: Input): Promise<Report> {
  const text = utf8(await input.read(0, READ));
  const first = text.slice(2, text.indexOf("\n") === -1 ? 200 : Math.min(text.indexOf("\n"), 200)).trim();
  const report = reportOf(FORMATS.script);
  report.facts.push({
    name: FACTS.interpreter,
    value: first,
    ...(/^\/tmp\/|^\/var\/tmp\/|\/home\//.test(first) ? { warning: WARNINGS.oddInterpreter } : {}),
  });
  const table = new TableMaker(TABLES.lines, [COLUMNS.line, COLUMNS.text, COLUMNS.why]);
  const lines = text.split("\n");
  for (const [number, line] of lines.entries()) {
    const code = line.slice(0, 2000);
    if (/^\s*(#|\/\/|$)/.test(code)) continue;
    const why = LOOKS.find(([pattern]) => pattern.test(code))?.[1];
    if (why !== undefined) table.add(`${number + 1}`, [String(number + 1), code.trim(), why], why);
  }
  const count = lines.length - (text.endsWith("\n") ? 1 : 0);
  report.facts.push({
    name: FACTS.lines,
    value: input.size > READ ? VALUES.moreThan(count) : formatCount(count),
  });
  if (table.length > 0) report.tables.push(table.done());
  if (input.size > READ) report.notes.push(NOTES.cutScript);
  return report;
}
