// What the parsers say of files: what each is called, the facts and tables it is told by, what deserves a look in it, and
// why a file cannot be read. Names of fields that the files themselves use (a package's "Maintainer") are theirs.
import { formatBytes, formatCount } from "./format.js";

/** Why a file is damaged: each ends a sentence. */
export const DAMAGE = {
  outside: "a part of it lies outside of it",
  early: "it ends too early",
  largeNumber: "a number in it is too large",
  noNumber: "a number in it is none",
  noSize: "a size in it is none",
  outsideText: "a text in it lies outside of it",
  endlessText: "a text in it does not end",
  longName: "a name in it is too long",
  header: "its header is damaged",
  headers: "its headers are damaged",
  aHeader: "a header in it is damaged",
  packedData: "its packed data are damaged",
  packedDataRunOver: "its packed data run over their end",
  packedDataEndEarly: "its packed data end too early",
  packedDataPointBefore: "its packed data point before their start",
  xzHeader: "its xz header is damaged",
  xzData: "its xz data are damaged",
  contents: "its list of contents is damaged",
  noContents: "its list of contents is missing",
  package: "the package is damaged",
  packagePart: "a part of the package is missing",
  libraries: "its list of libraries is too long",
  outsideNames: "its names lie outside of it",
  fontTables: "its list of tables is too long",
  schema: "its schema is damaged",
  largeSchema: "its schema is too large",
  circle: "its pages lead round in circles",
  manyPages: "it has too many pages to go through, or they lead round in circles",
  dataPage: "a page of it is damaged",
  noDataPage: "a page of it is missing",
  row: "a row of it is damaged",
  json: "its text is not JSON",
  yaml: "its text is not YAML",
  noPageSize: "a page has no size",
  noPictureSize: "a picture in it has no size",
} as const;
export type Damage = keyof typeof DAMAGE;

/** Why a look inside asks for too much: each ends a sentence. */
export const EXCESS = {
  part: "a part of it is too large",
  picture: "a picture in it is too large",
  content: "it holds too much to go through all of it",
  memory: "unpacking it takes too much memory",
  method: "it is packed in a way that is not unpacked here",
  names: "it names too many files",
  size: "it is too large to be taken apart",
  depth: "it is nested too deeply",
  aliases: "it repeats parts of itself too often",
  noCanvas: "there is no room to draw it",
  drawing: "drawing it takes too much memory",
} as const;
export type Excess = keyof typeof EXCESS;

/** What a file is. */
export const FORMATS = {
  android: "Android package",
  deb: "Debian package",
  elf: (type: string): string => `ELF ${type}`,
  epub: "E-book (EPUB)",
  excel: "Excel workbook",
  fontCollection: "Collection of fonts",
  jar: "Java archive",
  library: "Shared library",
  openDocument: "OpenDocument file",
  openType: "OpenType font",
  packed: (packing: string): string => `File packed with ${packing}`,
  packedTar: (packing: string): string => `tar archive, packed with ${packing}`,
  pdf: "PDF document",
  powerPoint: "PowerPoint presentation",
  program: "Program",
  rpm: "RPM package",
  script: "Script",
  sevenZip: "7z archive",
  sqlite: "SQLite database",
  structure: (structure: string): string => `${structure} file`,
  tar: "tar archive",
  trueType: "TrueType font",
  webFont: "Web font",
  word: "Word document",
  zip: "ZIP archive",
} as const;

/** Kinds of entries of archives. */
export const ENTRY_KINDS = {
  device: "device",
  file: "file",
  folder: "folder",
  hardLink: "hard link",
  other: "other",
  pipe: "named pipe",
  symlink: "symbolic link",
} as const;

/** Types of ELF files that are neither programs nor libraries, by their number. */
export const ELF_TYPES = {
  1: "object file",
  4: "memory dump",
  other: "file",
} as const;

/** Machines that programs are made for, by their number in ELF files. */
export const MACHINES: Readonly<Record<number, string>> = {
  3: "x86, 32 bit",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC, 64 bit",
  22: "IBM Z",
  40: "ARM, 32 bit",
  62: "x86, 64 bit",
  183: "ARM, 64 bit",
  243: "RISC-V",
  247: "Linux BPF",
  258: "LoongArch",
};

/** Names of facts. */
export const FACTS = {
  architecture: "Architecture",
  author: "Author",
  characters: "Characters drawn",
  copyright: "Copyright",
  creator: "Creator",
  description: "Description",
  designer: "Designer",
  encrypted: "Encrypted",
  encryptedEntries: "Encrypted entries",
  entries: "Entries",
  family: "Family",
  files: "Files",
  fullName: "Full name",
  homepage: "Homepage",
  interpreter: "Run by",
  libraryName: "Library name",
  libraryPlaces: "Looks for libraries in",
  license: "License",
  lines: "Lines",
  linking: "Linking",
  loader: "Started by",
  machine: "Machine",
  macros: "Macros",
  maker: "Maker",
  needs: "Depends",
  needsBefore: "Pre-Depends",
  maintainer: "Maintainer",
  package: "Package",
  packager: "Packager",
  pages: "Pages",
  pageSize: "Size of a page",
  parts: "Parts",
  position: "Position",
  producer: "Producer",
  release: "Release",
  schemaVersion: "Version of its schema",
  scripts: "Scripts",
  sizeInstalled: "Size installed",
  sizeUnpacked: "Size unpacked",
  stack: "Stack",
  style: "Style",
  title: "Title",
  values: "Values",
  vendor: "Vendor",
  version: "Version",
} as const;

/** Values of facts that are words. */
export const VALUES = {
  anywhere: "anywhere in memory (PIE)",
  bytes: (size: number): string => `${formatBytes(size)} of bytes`,
  executable: "can be run",
  fixed: "fixed in memory",
  moreThan: (count: number): string => `more than ${formatCount(count)}`,
  number: (value: number): string => `number ${value}`,
  static: "static: it loads no libraries",
  yes: "yes",
} as const;

/** Why a fact or a row deserves a look. */
export const WARNINGS = {
  absolute: "names a place of its own, outside of where it is unpacked",
  bomb: (times: number): string => `${times} times the size of the file: perhaps a zip bomb`,
  climbing: "leads out of the folder that it is unpacked into",
  device: "is a device",
  encrypted: "what it holds cannot be looked into",
  executableStack: "what a stranger writes there can run",
  libraryByPlace: "named by its place, not looked for",
  lockedEntries: "nobody can look into them without the password",
  lockedFiles: "nobody can look into its files without the password",
  macros: "it holds programs that an office suite may run",
  oddInterpreter: "this is not a program of the system",
  oddLibraryPlace: "a place outside of the system's folders",
  oddSize: "says that it has content, which such an entry has not: programs may read on at different places",
  oddLoader: "this is not the system's own loader",
  oversized: "holds far more than its size says",
  pointingOut: "points out of the folder that it is unpacked into",
  rootScripts: "they run as root",
  rootScriptsAround: "they run as root when it is installed or removed",
  setuid: "runs with the rights of its owner or group",
  startsProgram: "names a program that is started",
  twoParts: "it has a part twice: programs may take different ones",
  trigger: "runs by itself when rows change",
} as const;

/** What a PDF may carry that acts: its name, and why it deserves a look. */
export const PDF_ACTS = {
  actions: ["Acts by itself", "something happens when it is opened or turned over"],
  files: ["Files inside", "it carries other files"],
  javaScript: ["JavaScript", "a viewer may run it"],
  launch: ["Starts programs", "it asks the viewer to start a program"],
  media: ["Media", "it carries moving or three-dimensional media"],
  submit: ["Sends data", "it sends what is filled in to somebody"],
  xfa: ["XFA form", "a form with programs of its own"],
} as const;

/** What a line of a script does that deserves a look. */
export const SCRIPT_LINES = {
  devices: "touches the kernel or devices",
  download: "runs what it downloads",
  files: "touches keys, rights or what starts by itself",
  firewall: "changes the firewall",
  hides: "hides what it runs",
  network: "uses the network",
  removes: "deletes whole folders",
  rights: "wants more rights",
  setuid: "makes a program that runs with other rights",
  starts: "makes something start by itself",
} as const;

/** When a package runs a script. */
export const SCRIPT_TIMES = {
  beforeAll: "before everything",
  before: "before installing",
  after: "after installing",
  afterAll: "after everything",
  beforeRemoval: "before removing",
  afterRemoval: "after removing",
  trigger: "when another package comes or goes",
} as const;

/** Titles of tables. */
export const TABLES = {
  contents: "Contents",
  control: "Control",
  installs: "Would install",
  libraries: "Loads these libraries",
  lines: "Lines that deserve a look",
  needs: "Needs",
  rows: (table: string): string => `Rows of ${table}`,
  schema: "Schema",
  text: "Its text",
  values: "Values",
} as const;

/** Heads of columns. */
export const COLUMNS = {
  definition: "Definition",
  kind: "Kind",
  library: "Library",
  line: "Line",
  name: "Name",
  owner: "Owner",
  packed: "Packed",
  permissions: "Permissions",
  size: "Size",
  text: "Text",
  value: "Value",
  where: "Where",
  why: "Why",
} as const;

/** What a reader must know about a report itself. */
export const NOTES = {
  cutContents: (why: string): string => `Only the beginning of it is listed: ${why}.`,
  cutEntries: (listed: number, all: number): string =>
    `Only the first ${formatCount(listed)} of ${formatCount(all)} entries are listed.`,
  cutInstalls: (why: string): string => `Only the beginning of what it installs is listed: ${why}.`,
  cutLook: "Only the beginning of it was looked into.",
  cutScript: "Only its first million bytes were looked at.",
  cutText: (title: string): string => `Only the beginning of this text is shown: ${title}.`,
  moreTables: (count: number): string => `The rows of ${count} more tables are not listed.`,
  noRowNumbers: (table: string): string =>
    `The rows of ${table} are not listed: it is kept without row numbers.`,
  partLook: "Some of it could not be looked into: it may do more than is listed.",
  writeAhead: "It keeps fresh changes in a -wal file beside it; they are not listed here.",
} as const;
