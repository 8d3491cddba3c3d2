// What the page asks to run, completed with what only main knows: where home and the display are. Pure.
import type { PathRef } from "../../protocol/src/path.js";
import type { RunRequest } from "../../protocol/src/session.js";

/** Where a program would find the person's display. A helper that runs as root was not told. */
const OF_THE_DISPLAY = ["DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"];

/** Returns the request with the home folder as the place to run it, and for every leading `~`. */
export function completed(
  request: RunRequest,
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): RunRequest {
  const whole: RunRequest = { ...request, cwd: request.cwd ?? home };
  const policy = request.policy;
  if (policy?.display !== undefined && policy.display !== "none") {
    whole.env = { ...request.env };
    for (const name of OF_THE_DISPLAY) {
      const value = environment[name];
      if (value !== undefined) whole.env[name] ??= value;
    }
  }
  if (policy === undefined) return whole;
  const known = (places: PathRef[]): PathRef[] =>
    places.map((place) => (place.path_bytes === undefined ? { path: fromHome(place.path, home) } : place));
  const { hide, show } = policy;
  return {
    ...whole,
    policy: {
      ...policy,
      ...(hide === undefined ? {} : { hide: known(hide) }),
      ...(show === undefined ? {} : { show: known(show) }),
    },
  };
}

/** Returns a place with the home folder for a leading `~`. */
export function fromHome(place: string, home: string): string {
  return place.replace(/^~(?=\/|$)/, () => home);
}
