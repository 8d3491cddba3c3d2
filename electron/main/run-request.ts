// What the page asks to run, completed with what only main knows: where home is. Pure.
import type { PathRef } from "../../protocol/src/path.js";
import type { RunRequest } from "../../protocol/src/session.js";

/** Returns the request with the home folder as the place to run it, and for every leading `~`. */
export function withHome(request: RunRequest, home: string): RunRequest {
  const completed: RunRequest = { ...request, cwd: request.cwd ?? home };
  const hide = request.policy?.hide;
  if (hide === undefined) return completed;
  const places = hide.map((place): PathRef =>
    place.path_bytes === undefined ? { path: place.path.replace(/^~(?=\/|$)/, () => home) } : place,
  );
  return { ...completed, policy: { ...request.policy, hide: places } };
}
