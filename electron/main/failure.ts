// Errors inside the main process: a SeeError that can be thrown. Bugs are told apart from what was foreseen.
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
  message: string,
  hint: string,
  facts?: NonNullable<SeeError["facts"]>,
  cause?: unknown,
): Failure {
  const error: SeeError = { code, message, hint, ...(facts === undefined ? {} : { facts }) };
  return new Failure(error, cause === undefined ? undefined : { cause });
}

/** Returns whatever was thrown as an error that can be shown; what nobody foresaw is a bug and says so. */
export function toSeeError(thrown: unknown): SeeError {
  if (thrown instanceof Failure) return thrown.error;
  process.stderr.write(
    `alcatraz: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
  );
  return {
    code: "internal",
    message: `Something went wrong inside the app: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    hint: "This is a bug in Alcatraz; please report it. Nothing was lost.",
  };
}
