// Errors inside the main process: a SeeError that can be thrown. Bugs are told apart from what was foreseen.
import { APP_ERRORS, type Said } from "../../texts/app-errors.js";
import type { ErrorCode, SeeError } from "../../protocol/src/errors.js";

/** A foreseen error on its way to the page. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    readonly error: SeeError,
    options?: ErrorOptions,
  ) {
    super(error.message, options);
  }
}

/** Returns a foreseen error: what happened, what to do, and facts for presenters. */
export function fail(
  code: ErrorCode,
  said: Said,
  facts?: NonNullable<SeeError["facts"]>,
  cause?: unknown,
): Failure {
  const error: SeeError = { code, ...said, own: true, ...(facts === undefined ? {} : { facts }) };
  return new Failure(error, cause === undefined ? undefined : { cause });
}

/** Returns whatever was thrown as an error that can be shown; what nobody foresaw is a bug and says so. */
export function toSeeError(thrown: unknown): SeeError {
  if (thrown instanceof Failure) return thrown.error;
  process.stderr.write(
    `alcatraz: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  );
  return { code: "internal", ...APP_ERRORS.bug(reasonOf(thrown)), own: true };
}

/** Returns what something thrown says of itself. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
