// What a Debian package is, what it would install, and the scripts that it would run.
import { formatCount } from "../../../../texts/format.js";
import { FACTS, FORMATS, NOTES, TABLES, WARNINGS } from "../../../../texts/formats.js";
import { Damaged, exactly, partOf, type Input, utf8 } from "../input.js";
import { type Report, reportOf } from "../report.js";
import { packingOf, unpacked } from "../unpack.js";
import { readTar } from "./tar.js";
import { sizeWords } from "../words.js";

const MAGIC = "!<arch>\n";
const HEADER = 60;
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm", "config", "triggers", "conffiles"];
/** Fields of the package that are told, by what they are called there. */
const FIELDS = {
  Package: FACTS.package,
  Version: FACTS.version,
  Architecture: FACTS.architecture,
  Maintainer: FACTS.maintainer,
  Depends: FACTS.needs,
  "Pre-Depends": FACTS.needsBefore,
  Homepage: FACTS.homepage,
  Description: FACTS.description,
} as const;

export async function inspectDeb(input: Input): Promise<Report> {
  const report = reportOf(FORMATS.deb);
  const members = await listMembers(input);
  const [control, ...otherControls] = members.filter(({ name }) => name.startsWith("control.tar"));
  const [data, ...otherData] = members.filter(({ name }) => name.startsWith("data.tar"));
  if (control === undefined || data === undefined) throw new Damaged("packagePart");
  // dpkg takes the first data and nothing of two controls; others may see it otherwise.
  if (otherControls.length + otherData.length > 0)
    report.facts.push({
      name: FACTS.parts,
      value: members.map(({ name }) => name).join(", "),
      warning: WARNINGS.twoParts,
    });

  const baseName = (name: string): string => name.replace(/^\.\//, "");
  const meta = await readTar(await stream(control.input), TABLES.control, (name) =>
    ["control", ...SCRIPTS].includes(baseName(name)),
  );
  for (const [name, bytes] of meta.found) {
    const file = baseName(name);
    if (file === "control") report.facts.push(...controlFacts(utf8(bytes)));
    else report.texts.push({ title: file, text: utf8(bytes) });
  }
  const scripts = report.texts
    .map(({ title }) => title)
    .filter((title) => title !== "conffiles" && title !== "triggers");
  if (scripts.length > 0)
    report.facts.push({
      name: FACTS.scripts,
      value: scripts.join(", "),
      warning: WARNINGS.rootScriptsAround,
    });
  const content = await readTar(await stream(data.input), TABLES.installs);
  report.facts.push(
    { name: FACTS.files, value: formatCount(content.entries) },
    { name: FACTS.sizeInstalled, value: sizeWords(content.bytes) },
  );
  report.tables.push(content.table);
  if (content.cut !== undefined) report.notes.push(NOTES.cutInstalls(content.cut));
  return report;
}

async function stream(member: Input): Promise<AsyncIterable<Uint8Array>> {
  return unpacked(member, packingOf(await member.read(0, 6)));
}

interface Member {
  name: string;
  input: Input;
}

/** Returns the members of an ar archive, in their order. */
async function listMembers(input: Input): Promise<Member[]> {
  const members: Member[] = [];
  let at = MAGIC.length;
  while (at + HEADER <= input.size && members.length < 100) {
    const header = await exactly(input, at, HEADER);
    if (header.text(58, 2) !== "`\n") throw new Damaged("package");
    const name = header.text(0, 16).trim().replace(/\/$/, "");
    const size = Number(header.text(48, 10).trim());
    if (!Number.isSafeInteger(size) || size < 0) throw new Damaged("package");
    members.push({ name, input: partOf(input, at + HEADER, size) });
    at += HEADER + size + (size % 2);
  }
  return members;
}

function controlFacts(text: string): { name: string; value: string }[] {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of text.split("\n")) {
    const field = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    if (field !== null) fields.set((last = field[1]!), field[2]!);
    else if (/^\s/.test(line) && last !== "") fields.set(last, `${fields.get(last)}\n${line.trim()}`);
  }
  return Object.entries(FIELDS).flatMap(([field, name]) => {
    const value = fields.get(field);
    return value === undefined ? [] : [{ name, value: value.split("\n")[0]! }];
  });
}
