// Takes files that were dropped, or opened in Alcatraz from elsewhere: runs them, or puts into the form what would run them.
import type { SeeError } from "../../../protocol/src/errors.js";
import { TEXTS } from "../../../texts/home.js";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { quoteWord } from "../../ui/escape.js";
import { useHelper } from "../run/helper-store.js";
import { askFor, takingOf, type Taking } from "./opener-model.js";
import { choicesOf, DOCUMENT, matching, USUAL } from "./profiles.js";
import { useRun } from "./run-store.js";

/** Takes files; `now`: runs what can be run, else it waits in the form. */
export async function takeFiles(paths: readonly string[], now: boolean): Promise<void> {
  const [path] = paths;
  if (path === undefined) return;
  useRoute.getState().visit({ name: "home" });
  const { edit, runLine, runCommand } = useRun.getState();
  const taking = paths.length > 1 ? askFor(paths) : await takingFor(path);
  if (taking.how === "folder") return edit({ cwd: taking.cwd });
  if (taking.how === "ask") {
    edit({ line: taking.line, cwd: taking.cwd });
    return useRun.setState({ error: unopened(paths) });
  }
  if (taking.how === "start") {
    if (now) return runCommand(taking.command, null, taking.terminal ? "none" : "nested");
    return edit({ line: taking.command.map(quoteWord).join(" "), cwd: null });
  }
  if (taking.document !== null && isUsual()) takeCare(taking.document);
  if (now) await runLine(taking.line, taking.cwd);
  else edit({ line: taking.line, cwd: taking.cwd });
}

/** Chooses what documents get, for this one alone. */
function takeCare(shown: "window" | "terminal"): void {
  const { edit } = useRun.getState();
  const { display, ...choices } = choicesOf(DOCUMENT, isSystem());
  // Its limit of memory cannot be kept on every machine, and was not asked for by anybody.
  edit({ ...choices, memory: USUAL.memory, display: shown === "window" ? display : "none" });
  const stop = useRun.subscribe((after, before) => {
    // What was refused is still to be mended.
    if (!before.starting || after.starting || after.error !== null) return;
    stop();
    if (after.quota === DOCUMENT.quota) edit({ quota: USUAL.quota });
    if (after.reads === DOCUMENT.reads) edit({ reads: USUAL.reads });
  });
}

async function takingFor(path: string): Promise<Taking> {
  const sort = await see.sortOf(path);
  const opener = await see.openWith(path);
  return takingOf(path, sort.ok ? sort.value : "other", opener.ok ? opener.value : null);
}

/** Says that nobody knows what opens it, which is for the person to say. */
function unopened(paths: readonly string[]): SeeError {
  const [path = ""] = paths;
  const several = paths.length > 1;
  return {
    code: "bad-request",
    message: several ? TEXTS.severalFiles(paths.length) : TEXTS.noOpener(path.split("/").at(-1) ?? ""),
    hint: several ? TEXTS.severalHint : TEXTS.noOpenerHint,
    own: true,
    facts: { lacks: "program" },
  };
}

function isSystem(): boolean {
  const { status } = useHelper.getState();
  return status.state === "ready" && status.mode === "system";
}

function isUsual(): boolean {
  return matching([USUAL], useRun.getState(), isSystem()) !== null;
}
