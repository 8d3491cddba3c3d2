// Takes files that were dropped, or opened in Alcatraz from elsewhere: runs them, or puts into the form what would run them.
import type { SeeError } from "../../../protocol/src/errors.js";
import { TEXTS } from "../../../texts/home.js";
import { useRoute } from "../../route-store.js";
import { see } from "../../see.js";
import { quoteWord } from "../../ui/escape.js";
import { useHelper } from "../run/helper-store.js";
import { askFor, isRoots, takingOf, type Taking } from "./opener-model.js";
import { DOCUMENT } from "./profiles.js";
import { useRun, type DocumentChoices } from "./run-store.js";

type Run = Extract<Taking, { how: "run" }>;

/** Takes files; `now`: runs what can be run, else it waits in the form. */
export async function takeFiles(paths: readonly string[], now: boolean): Promise<void> {
  const [path] = paths;
  if (path === undefined) return;
  useRoute.getState().visit({ name: "home" });
  const taking = paths.length > 1 ? askFor(paths) : await takingFor(path);
  if ("code" in taking) return useRun.setState({ error: taking });
  const { starting, edit, putLine, runLine, runCommand } = useRun.getState();
  if (starting) return useRun.setState({ error: untaken(paths) });
  if (taking.how === "folder") return edit({ cwd: taking.cwd });
  if (taking.how === "ask") {
    edit({ line: taking.line, cwd: taking.cwd });
    return useRun.setState({ error: unopened(paths, taking.unread) });
  }
  if (taking.how === "start") {
    if (now) return runCommand(taking.command, null, taking.terminal ? "none" : "nested");
    return edit({ line: taking.command.map(quoteWord).join(" "), cwd: null });
  }
  if (isRoots(path) && !(await mayInstall(path, taking))) return;
  const choices = taking.document === null ? undefined : careFor(taking.document);
  if (now) await runLine(taking.line, taking.cwd, choices);
  else putLine(taking.line, taking.cwd, choices);
}

/**
 * Tells whether a package can go on. Run by somebody else than root, it would only end with words in its terminal that nobody
 * reads. Whose the helper is it says once it is ready: until then the line waits in the form.
 */
async function mayInstall(path: string, { line, cwd }: Run): Promise<boolean> {
  const { cwd: before, putLine, edit } = useRun.getState();
  putLine(line, cwd);
  const isRoots = await helperIsRoots();
  // Who has typed or started something meanwhile goes on with that.
  const now = useRun.getState();
  if (now.line !== line || now.cwd !== cwd || now.starting || now.error !== null) return false;
  // Behind sudo the helper is root's, and a program its caller's.
  const isInstalled = isRoots || now.whose === "administrators";
  if (isInstalled) edit({ cwd: before, asRoot: true });
  else useRun.setState({ error: rootsAlone(path, line) });
  return isInstalled;
}

function helperIsRoots(): Promise<boolean> {
  return new Promise((tell) => {
    const look = ({ status } = useHelper.getState()): boolean => {
      if (status.state === "ready") tell(status.mode === "system");
      return status.state === "ready";
    };
    if (look()) return;
    const stop = useHelper.subscribe((state) => look(state) && stop());
  });
}

/** Returns what documents get. Their profile's limit of memory cannot be kept on every machine, and nobody asked for it. */
function careFor(shown: "window" | "terminal"): DocumentChoices {
  const { quota, reads, display } = DOCUMENT;
  return { quota, reads, display: shown === "window" ? display : "none" };
}

/** Returns what to do with a file, or why that cannot be told. */
async function takingFor(path: string): Promise<Taking | SeeError> {
  const sort = await see.sortOf(path);
  if (!sort.ok) return unread(path, sort.error);
  const opener = await see.openWith(path);
  return opener.ok ? takingOf(path, sort.value, opener.value) : unread(path, opener.error);
}

function unread(path: string, error: SeeError): SeeError {
  return { ...error, message: TEXTS.fileUnread(nameOf(path), error.message) };
}

/** Says that nothing was done with them, as one thing starts at a time. */
function untaken(paths: readonly string[]): SeeError {
  const [path = ""] = paths;
  const message = paths.length > 1 ? TEXTS.filesUntaken(paths.length) : TEXTS.fileUntaken(nameOf(path));
  return { code: "bad-request", message, hint: TEXTS.untakenHint, own: true };
}

/** Says that nobody knows what opens it, or could look; that is for the person to say. */
function unopened(paths: readonly string[], isUnread = false): SeeError {
  const [path = ""] = paths;
  const several = paths.length > 1;
  const alone = isUnread ? TEXTS.fileUnread(nameOf(path), TEXTS.unreadWhy) : TEXTS.noOpener(nameOf(path));
  return {
    code: "bad-request",
    message: several ? TEXTS.severalFiles(paths.length) : alone,
    hint: several ? TEXTS.severalHint : TEXTS.noOpenerHint,
    own: true,
    facts: { lacks: "program" },
  };
}

/** Says who installs packages: run as somebody else, it fails. */
function rootsAlone(path: string, line: string): SeeError {
  const message = TEXTS.rootInstalls(nameOf(path));
  return {
    code: "bad-request",
    message,
    hint: TEXTS.rootInstallsHint(line),
    own: true,
    facts: { lacks: "root" },
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
