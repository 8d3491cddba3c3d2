// The .desktop entry that file managers show as “Open in Alcatraz”. Pure.
import { LAUNCHER } from "../../../texts/desktop.js";

/** The entry's name among those of the desktop. */
export const HANDLER = "alcatraz-open.desktop";

/** What a person downloads and would rather try first: programs, scripts, packages, and documents that may hold programs. */
export const RISKY_TYPES = [
  "application/x-executable",
  "application/x-pie-executable",
  "application/x-shellscript",
  "application/x-perl",
  "text/x-python",
  "text/x-python3",
  "application/x-ruby",
  "application/x-java-archive",
  "application/vnd.appimage",
  "application/vnd.debian.binary-package",
  "application/x-rpm",
  "application/x-msdownload",
  "application/vnd.microsoft.portable-executable",
  "application/x-msi",
  "application/vnd.ms-htmlhelp",
  "application/postscript",
  "application/pdf",
  "application/rtf",
  "application/msword",
  "application/vnd.ms-excel",
  "application/vnd.ms-powerpoint",
  "application/vnd.ms-word.document.macroEnabled.12",
  "application/vnd.ms-word.template.macroEnabled.12",
  "application/vnd.ms-excel.sheet.macroEnabled.12",
  "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
  "application/vnd.ms-excel.template.macroEnabled.12",
  "application/vnd.ms-excel.addin.macroEnabled.12",
  "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
  "application/vnd.ms-powerpoint.slideshow.macroEnabled.12",
  "application/vnd.ms-powerpoint.template.macroEnabled.12",
  "application/vnd.ms-powerpoint.addin.macroEnabled.12",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
  "application/vnd.openxmlformats-officedocument.presentationml.template",
  "application/vnd.oasis.opendocument.text",
  "application/vnd.oasis.opendocument.text-template",
  "application/vnd.oasis.opendocument.spreadsheet",
  "application/vnd.oasis.opendocument.spreadsheet-template",
  "application/vnd.oasis.opendocument.presentation",
  "application/vnd.oasis.opendocument.presentation-template",
  "application/vnd.oasis.opendocument.graphics",
  "application/vnd.oasis.opendocument.graphics-template",
  "application/vnd.oasis.opendocument.database",
  // The name that older desktops have for the same.
  "application/vnd.sun.xml.base",
] as const;

/** Returns the entry. `command` starts the app, without a file. */
export function launcherEntry(command: readonly string[], icon: string): string {
  const words = [...command.map(quoteExec), "--open=%f"];
  // oxlint-disable-next-line alcatraz/words-in-texts -- the specification's own word
  return `[Desktop Entry]
Type=Application
Version=1.0
Name=${escapeValue(LAUNCHER.name)}
Comment=${escapeValue(LAUNCHER.comment)}
Exec=${escapeValue(words.join(" "))}
TryExec=${escapeValue(command[0] ?? "")}
Icon=${escapeValue(icon)}
Terminal=false
NoDisplay=true
StartupNotify=true
MimeType=${RISKY_TYPES.join(";")};
Categories=System;Security;
`;
}

/** Quotes a word of an Exec value; `%` would begin a field code. */
function quoteExec(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `"${word.replaceAll(/["`$\\]/g, String.raw`\$&`)}"`;
  return quoted.replaceAll("%", "%%");
}

/** Escapes a value of type string. */
function escapeValue(value: string): string {
  return value
    .replaceAll("\\", String.raw`\\`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\t", String.raw`\t`);
}
