// Which texts have a structure, by their names. Apart from the parsers, so that the page need not carry them.

export type Structure = "JSON" | "YAML" | "INI";

/** Tells from a file's name which structure its text has. */
export function structureOf(name: string): Structure | undefined {
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  if (["json", "webmanifest", "geojson", "ipynb", "har"].includes(ending)) return "JSON";
  if (["yaml", "yml"].includes(ending)) return "YAML";
  const ini = [
    "ini",
    "desktop",
    "service",
    "timer",
    "socket",
    "mount",
    "target",
    "path",
    "slice",
    "network",
    "netdev",
    "url",
    "theme",
    "cfg",
  ];
  return ini.includes(ending) ? "INI" : undefined;
}
