// How the helper gets root's rights: pkexec has an administrator's password asked for. Knows what its ends mean.
import { escapeText } from "../../../protocol/src/escape.js";
import { APP_ERRORS } from "../../../texts/app-errors.js";
import { fail, type Failure } from "../failure.js";
import type { Ending } from "./process.js";

/**
 * The words before the helper's. Without its own agent, which would ask on a terminal that nobody looks at: where the desktop has
 * none, it says so.
 */
export const PKEXEC: readonly string[] = ["/usr/bin/pkexec", "--disable-internal-agent"];

/**
 * What pkexec finds in its environment. The helper has none of a person's: what a program is to find there comes with each
 * request. And pkexec refuses some values that are in order elsewhere.
 */
export const PKEXEC_ENVIRONMENT: Record<string, string> = {
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
};

const DISMISSED = 126;
const REFUSED = 127;

/** Returns why there is no helper, when pkexec has not started it; null: it was another's end. */
export function pkexecEnding({ status, startError, words }: Ending): Failure | null {
  if (startError !== undefined) {
    const isMissing = "code" in startError && startError.code === "ENOENT";
    return isMissing ? fail("helper-gone", APP_ERRORS.pkexecMissing) : null;
  }
  if (status === DISMISSED) return fail("cancelled", APP_ERRORS.passwordDismissed);
  if (status !== REFUSED) return null;
  const said = words.join("\n");
  const facts = { stderr: said };
  if (/no authentication agent/i.test(said)) return fail("permission-denied", APP_ERRORS.noAgent, facts);
  if (/not authorized/i.test(said)) return fail("permission-denied", APP_ERRORS.notAuthorized, facts);
  return fail("permission-denied", APP_ERRORS.pkexecFailed(escapeText(words.at(-1) ?? "")), facts);
}
