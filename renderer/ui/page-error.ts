// Errors of the page's own making. Knows no screen.
import { z } from "zod";
import type { SeeError } from "../../protocol/src/errors.js";
import { ERROR_WORDS } from "../../texts/errors.js";

/** Returns an error of the page's own making, for what no helper said. */
export function pageError(message: string, cause?: unknown): SeeError {
  const why = reasonOf(cause);
  return {
    code: "internal",
    message: why === undefined ? message : `${message} (${why})`,
    hint: ERROR_WORDS.internal.next,
    own: true,
  };
}

/** Returns why in one line; of what does not fit the contract, the first place where it does not. */
function reasonOf(cause: unknown): string | undefined {
  if (cause instanceof z.ZodError) {
    const [issue] = cause.issues;
    return issue === undefined ? undefined : `${issue.path.join(".")}: ${issue.message}`;
  }
  return cause instanceof Error ? cause.message : undefined;
}
