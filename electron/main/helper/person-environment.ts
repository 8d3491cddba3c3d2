// The environment of the person who started the app, as programs in a SEE should find it.
import { delimiter } from "node:path";

/** Variables that Electron, its launcher, npm or this app added. */
const OURS =
  /^(ELECTRON_|npm_|INIT_CWD$|CHROME_DESKTOP$|NODE_ENV_ELECTRON_VITE$|ALCATRAZ_HELPER$|ALCATRAZ_USER_DATA$)/;
/** What npm puts in front of PATH: programs of packages, and node-gyp. */
const NPM_PLACE = /\/(node_modules\/\.bin|node-gyp-bin)\/?$/;

/** Returns the person's environment: without what was added on the way, with our terminal's type. */
export function personEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const { ORIGINAL_XDG_CURRENT_DESKTOP: desktop, ...rest } = withoutNpm(environment);
  const person: Record<string, string> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && !OURS.test(name)) person[name] = value;
  }
  // Electron replaces this one at its start and keeps the original beside it.
  if (desktop !== undefined) person["XDG_CURRENT_DESKTOP"] = desktop;
  return { ...person, TERM: "xterm-256color", COLORTERM: "truecolor" };
}

/** Takes back what `npm start` changes in variables that are not named after npm. */
function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (environment["npm_lifecycle_event"] === undefined) return environment;
  const { NODE: _node, COLOR: _color, EDITOR: editor, PATH: path, ...rest } = environment;
  const places = path?.split(delimiter) ?? [];
  // Only what stands in front: further back it may be the person's own.
  const first = places.findIndex((place) => !NPM_PLACE.test(place));
  return {
    ...rest,
    ...(path === undefined ? {} : { PATH: places.slice(Math.max(first, 0)).join(delimiter) }),
    // npm says “vi” for whoever has said nothing.
    ...(editor === undefined || editor === "vi" ? {} : { EDITOR: editor }),
  };
}
