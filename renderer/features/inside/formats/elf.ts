// What a program or library is: for which machine, how it starts, which libraries it loads and from where.
import {
  COLUMNS,
  ELF_TYPES,
  FACTS,
  FORMATS,
  MACHINES,
  TABLES,
  VALUES,
  WARNINGS,
} from "../../../../texts/formats.js";
import { Block, Damaged, exactly, type Input } from "../input.js";
import { type Report, reportOf, TableMaker } from "../report.js";

const LOAD = 1;
const DYNAMIC = 2;
const INTERPRETER = 3;
const STACK = 0x6474e551;
const EXECUTE = 1;
const NEEDED = 1;
const STRING_TABLE = 5;
const SONAME = 14;
const RPATH = 15;
const RUNPATH = 29;
const FLAGS_1 = 0x6ffffffb;
const PIE = 0x08000000;

const HEADERS_LIMIT = 1024;
const DYNAMIC_LIMIT = 1024 * 1024;

interface Segment {
  type: number;
  flags: number;
  offset: number;
  address: number;
  size: number;
}

export async function inspectElf(input: Input): Promise<Report> {
  const ident = await exactly(input, 0, 20);
  const wide = ident.u8(4) === 2;
  const little = ident.u8(5) === 1;
  const block = async (offset: number, length: number): Promise<Block> =>
    new Block((await exactly(input, offset, length)).bytes, little);
  const header = await block(0, wide ? 64 : 52);
  const segments = await readSegments(block, header, wide);
  const entries = await readDynamic(block, segments, wide);
  const strings = await readStrings(block, input, segments, entries);

  const text = (offset: number): string => strings?.cString(offset, 4096) ?? "";
  const texts = (tag: number): string[] =>
    entries.filter((entry) => entry.tag === tag).map(({ value }) => text(value));
  const interpreter = segments.find(({ type }) => type === INTERPRETER);
  const [soname] = texts(SONAME);
  const type = header.u16(16);
  const pie = ((entries.find(({ tag }) => tag === FLAGS_1)?.value ?? 0) & PIE) !== 0;
  const isProgram = type === 2 || interpreter !== undefined || pie;
  const report = reportOf(
    type === 3
      ? isProgram
        ? FORMATS.program
        : FORMATS.library
      : type === 2
        ? FORMATS.program
        : FORMATS.elf(type === 1 || type === 4 ? ELF_TYPES[type] : ELF_TYPES.other),
  );

  report.facts.push({
    name: FACTS.machine,
    value: MACHINES[header.u16(18)] ?? VALUES.number(header.u16(18)),
  });
  if (interpreter !== undefined) {
    const path = (await block(interpreter.offset, Math.min(interpreter.size, 4096))).cString(0);
    const odd = !/^\/lib(64|32|x32)?\/ld[\w.-]+$/.test(path) && !/^\/lib\/[\w-]+\/ld[\w.-]+$/.test(path);
    report.facts.push({
      name: FACTS.loader,
      value: path,
      ...(odd ? { warning: WARNINGS.oddLoader } : {}),
    });
  } else if (isProgram) report.facts.push({ name: FACTS.linking, value: VALUES.static });
  if (soname !== undefined) report.facts.push({ name: FACTS.libraryName, value: soname });
  for (const path of [...texts(RPATH), ...texts(RUNPATH)]) {
    const odd = path.split(":").some((part) => !part.startsWith("$ORIGIN") && !/^\/(usr|lib|opt)/.test(part));
    report.facts.push({
      name: FACTS.libraryPlaces,
      value: path,
      ...(odd ? { warning: WARNINGS.oddLibraryPlace } : {}),
    });
  }
  const stack = segments.find((segment) => segment.type === STACK);
  if (stack !== undefined && (stack.flags & EXECUTE) !== 0)
    report.facts.push({
      name: FACTS.stack,
      value: VALUES.executable,
      warning: WARNINGS.executableStack,
    });
  if (isProgram)
    report.facts.push({
      name: FACTS.position,
      value: type === 3 ? VALUES.anywhere : VALUES.fixed,
    });

  const needed = texts(NEEDED);
  if (needed.length > 0) {
    const table = new TableMaker(TABLES.libraries, [COLUMNS.library]);
    for (const name of needed)
      table.add(name, [name], name.includes("/") ? WARNINGS.libraryByPlace : undefined);
    report.tables.push(table.done());
  }
  return report;
}

type ReadBlock = (offset: number, length: number) => Promise<Block>;

async function readSegments(block: ReadBlock, header: Block, wide: boolean): Promise<Segment[]> {
  const offset = wide ? header.u64(32) : header.u32(28);
  const size = header.u16(wide ? 54 : 42);
  const count = header.u16(wide ? 56 : 44);
  if (count === 0) return [];
  if (size < (wide ? 56 : 32) || count > HEADERS_LIMIT) throw new Damaged("headers");
  const table = await block(offset, size * count);
  return Array.from({ length: count }, (_, number) => {
    const at = number * size;
    return wide
      ? {
          type: table.u32(at),
          flags: table.u32(at + 4),
          offset: table.u64(at + 8),
          address: table.u64(at + 16),
          size: table.u64(at + 32),
        }
      : {
          type: table.u32(at),
          flags: table.u32(at + 24),
          offset: table.u32(at + 4),
          address: table.u32(at + 8),
          size: table.u32(at + 16),
        };
  });
}

interface Entry {
  tag: number;
  value: number;
}

async function readDynamic(block: ReadBlock, segments: readonly Segment[], wide: boolean): Promise<Entry[]> {
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  if (dynamic === undefined) return [];
  if (dynamic.size > DYNAMIC_LIMIT) throw new Damaged("libraries");
  const table = await block(dynamic.offset, dynamic.size);
  const step = wide ? 16 : 8;
  const entries: Entry[] = [];
  for (let at = 0; at + step <= table.length; at += step) {
    // Addresses may be any 64 bits; what is read of them fits.
    const tag = table.u32(table.little || !wide ? at : at + 4);
    if (tag === 0) break;
    const value = wide
      ? table.u32(table.little ? at + 8 : at + 12) + table.u32(table.little ? at + 12 : at + 8) * 2 ** 32
      : table.u32(at + 4);
    entries.push({ tag, value });
  }
  return entries;
}

async function readStrings(
  block: ReadBlock,
  input: Input,
  segments: readonly Segment[],
  entries: readonly Entry[],
): Promise<Block | undefined> {
  const address = entries.find(({ tag }) => tag === STRING_TABLE)?.value;
  if (address === undefined) return undefined;
  const holder = segments.find(
    (segment) =>
      segment.type === LOAD && address >= segment.address && address < segment.address + segment.size,
  );
  if (holder === undefined) throw new Damaged("outsideNames");
  const offset = holder.offset + (address - holder.address);
  return block(offset, Math.min(input.size - offset, 4 * 1024 * 1024));
}
