// Tries one program natively and in a session, and says what differs: exit status, output, and the home directory
// after the session's changes there were committed.
import { electronPath } from "../setup/runtime.mjs";
import { hasProgram } from "../setup/debian.mjs";
import { emptyHome, runAs } from "./place.mjs";
import { factsOf } from "./tree.mjs";

/** Returns the programs that a case needs and that this machine lacks. */
export function missing(probe) {
  const lacking = probe.needs.filter((name) => !hasProgram(name));
  if (probe.electron && electronPath() === undefined) lacking.push("Electron");
  return lacking;
}

/** Returns what differs, a line each: none when the program runs as natively. */
export async function differences(place, probe) {
  const native = await natively(place, probe);
  if (native.status !== 0 || !native.output.join("\n").includes(probe.shows)) {
    return [`did not work natively: status ${native.status}`, ...native.output];
  }
  const inside = await inSession(place, probe);
  const found = [];
  if (native.status !== inside.status)
    found.push(`status ${native.status} natively, ${inside.status} inside`);
  found.push(...onlyIn(native.output, inside.output, "says natively only"));
  found.push(...onlyIn(inside.output, native.output, "says inside only"));
  found.push(...onlyIn(native.files, inside.files, "leaves natively only"));
  found.push(...onlyIn(inside.files, native.files, "leaves inside only"));
  return found;
}

async function natively(place, probe) {
  emptyHome(place);
  const result = await runAs(place, onScreen(probe, ["bash", "-c", probe.script]), environment(probe));
  return outcome(place, probe, result);
}

/** What others do on this machine meanwhile is no difference of the program's: who met that tries again. */
async function inSession(place, probe, triesLeft = 2) {
  emptyHome(place);
  const alcatraz = (...args) => runAs(place, [place.helper, ...args], environment(probe));
  const session = `c${(count += 1)}`;
  const options = ["--keep", "-q", "--name", session, "--display", probe.display ? "nested" : "none"];
  const command = [place.helper, "run", ...options, "--", "bash", "-c", probe.script];
  const result = await runAs(place, onScreen(probe, command), environment(probe));
  // What the script left in the background ends a moment after it, natively too.
  await alcatraz("stop", session);
  const committed = await alcatraz("commit", session, "--only", place.home);
  const nothing = committed.output.includes("Nothing changed");
  if (committed.status !== 0 && !nothing) result.output += `commit failed: ${committed.output}`;
  await alcatraz("abort", session);
  if (committed.status === CONFLICTS && triesLeft > 0) return inSession(place, probe, triesLeft - 1);
  return outcome(place, probe, result);
}

/** How a commit ends for which the host has changed too much. */
const CONFLICTS = 3;

let count = 0;

/** Gives a command that shows windows a screen that nobody sees. */
function onScreen(probe, command) {
  return probe.display ? ["xvfb-run", "-a", "-e", "/dev/null", ...command] : command;
}

function environment(probe) {
  return probe.electron ? { ELECTRON: electronPath() } : {};
}

function outcome(place, probe, result) {
  let text = result.output;
  for (const [pattern, word] of probe.normal ?? []) text = text.replaceAll(pattern, word);
  return { status: result.status, output: text.split("\n"), files: factsOf(place.home, probe.unlike) };
}

/** Returns the lines that `these` has and `others` has not, each once for every time too many. */
function onlyIn(these, others, what) {
  const left = [...others];
  const only = [];
  for (const line of these) {
    const at = left.indexOf(line);
    if (at === -1) only.push(`${what}: ${line}`);
    else left.splice(at, 1);
  }
  return only;
}
