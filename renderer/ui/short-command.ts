// A command line, short: folders are left out where a path begins a word. Pure.

/** Returns the line with "…/" in the place of the folders of each absolute path. */
export function shortCommand(line: string): string {
  return line.replaceAll(/(^|[\s'"=])(?:~|\/[^\s'"/]+)(?:\/[^\s'"/]+)*\/(?=[^\s'"/])/g, "$1…/");
}
