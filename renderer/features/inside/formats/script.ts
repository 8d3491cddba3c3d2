// What runs a script, and which of its lines deserve a look. Reads its text; understands no language.
import { type Input, utf8 } from "../input.js";
import { type Report, reportOf, TableMaker } from "../report.js";

const READ = 1024 * 1024;

/** Lines that do what an installer rarely must. */
const LOOKS: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\b(curl|wget|fetch)\b.*\|\s*(sudo\s+)?(ba|da|z|k)?sh\b/, "runs what it downloads"],
  [/\b(curl|wget|nc|ncat|socat|ftp|scp|rsync)\b/, "uses the network"],
  [/\brm\s+(-\w*[rf]\w*\s+)+(\/|~|\$HOME)/, "deletes whole folders"],
  [/\b(sudo|su|doas|pkexec)\b/, "wants more rights"],
  [/\bchmod\s+(\S*[+]s|[0-7]*[2467][0-7]{3})\b/, "makes a program that runs with other rights"],
  [
    /\b(authorized_keys|\.ssh\/|sudoers|crontab|\/etc\/(passwd|shadow|cron|rc\.local|ld\.so\.preload))/,
    "touches keys, rights or what starts by itself",
  ],
  [/\b(systemctl|update-rc\.d|launchctl)\s+\w*\s*(enable|defaults|load)/, "makes something start by itself"],
  [/\b(base64\s+(-d|--decode)|eval|xxd\s+-r|openssl\s+enc)\b/, "hides what it runs"],
  [/\b(iptables|nft|ufw|firewall-cmd)\b/, "changes the firewall"],
  [/\b(insmod|modprobe|mkfs|dd\s+.*of=\/dev\/)/, "touches the kernel or devices"],
];

export async function inspectScript(input: Input): Promise<Report> {
  const text = utf8(await input.read(0, READ));
  const first = text.slice(2, text.indexOf("\n") === -1 ? 200 : Math.min(text.indexOf("\n"), 200)).trim();
  const report = reportOf("Script");
  report.facts.push({
    name: "Run by",
    value: first,
    ...(/^\/tmp\/|^\/var\/tmp\/|\/home\//.test(first)
      ? { warning: "this is not a program of the system" }
      : {}),
  });
  const table = new TableMaker("Lines that deserve a look", ["Line", "Text", "Why"]);
  const lines = text.split("\n");
  for (const [number, line] of lines.entries()) {
    const code = line.slice(0, 2000);
    if (/^\s*(#|\/\/|$)/.test(code)) continue;
    const why = LOOKS.find(([pattern]) => pattern.test(code))?.[1];
    if (why !== undefined) table.add(`${number + 1}`, [String(number + 1), code.trim(), why], why);
  }
  report.facts.push({ name: "Lines", value: String(lines.length) });
  if (table.length > 0) report.tables.push(table.done());
  if (input.size > READ) report.notes.push("Only its first million bytes were looked at.");
  return report;
}
