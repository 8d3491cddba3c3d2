// Finds an application's icon and returns it as a data: URL. Only PNG and SVG, only small, judged by content.
import { isAbsolute, join } from "node:path";
import { readSmallFile } from "./small-file.js";

/** The largest icon that is sent to the page, in bytes. */
const ICON_LIMIT = 128 * 1024;
/** Sizes of the hicolor theme, the best one for a list on a sharp screen first. */
const SIZES = ["64x64", "48x48", "128x128", "scalable", "96x96", "256x256", "32x32", "512x512"];
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** How much of an SVG is searched for its root element. */
const SVG_HEAD = 4_096;

/** Returns the data: URL for the content of an image file, or null when it is neither PNG nor SVG. */
export function imageUrl(content: Buffer): string | null {
  if (content.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) {
    return `data:image/png;base64,${content.toString("base64")}`;
  }
  const head = content.subarray(0, SVG_HEAD).toString("utf8").trimStart();
  if (head.startsWith("<") && /<svg[\s>]/.test(head))
    return `data:image/svg+xml;base64,${content.toString("base64")}`;
  return null;
}

/** Returns the files that an Icon value may mean, best first. A name with a slash in it means nothing. */
function* candidates(icon: string, dataDirectories: readonly string[]): Generator<string> {
  if (isAbsolute(icon)) {
    yield icon;
    return;
  }
  const name = icon.replace(/\.(png|svg|xpm)$/, "");
  if (name === "" || name.includes("/") || name.includes("\0") || name.startsWith(".")) return;
  for (const directory of dataDirectories) {
    for (const size of SIZES) {
      const folder = join(directory, "icons", "hicolor", size, "apps");
      if (size !== "scalable") yield join(folder, `${name}.png`);
      yield join(folder, `${name}.svg`);
    }
  }
  for (const directory of dataDirectories) {
    yield join(directory, "pixmaps", `${name}.png`);
    yield join(directory, "pixmaps", `${name}.svg`);
  }
}

/** Returns the icon as a data: URL, or undefined when none is found that can be shown. */
export async function findIcon(
  icon: string,
  dataDirectories: readonly string[],
): Promise<string | undefined> {
  for (const file of candidates(icon, dataDirectories)) {
    const content = await readSmallFile(file, ICON_LIMIT);
    const url = content === null ? null : imageUrl(content);
    if (url !== null) return url;
  }
  return undefined;
}
