// Running programs: quietly while they succeed, with all that they said when they fail.
import { spawn } from "node:child_process";
import { ROOT } from "./paths.mjs";

/** A step that cannot go on. The text is for a person: what happened, and what to type. */
export class SetupError extends Error {}

/**
 * Runs a program and returns its exit status and what it printed. `options.show` also passes the output
 * through as it comes. A signal counts as 128 + its number, as in a shell; a program that is not there as 127.
 */
export function run(command, args, options = {}) {
  const { show = false, env = {}, cwd = ROOT } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
      if (show) process.stdout.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (show) process.stderr.write(text);
    });
    child.on("error", (error) => {
      if (error.code === "ENOENT") resolve({ status: 127, stdout, output: `${command}: not found\n` });
      else reject(error);
    });
    child.on("close", (status, signal) => {
      resolve({ status: signal === null ? status : 128 + (SIGNALS[signal] ?? 0), stdout, output });
    });
  });
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Runs a program that must succeed; returns its standard output. */
export async function must(command, args, options = {}) {
  const result = await run(command, args, options);
  if (result.status !== 0) {
    const line = [command, ...args].join(" ");
    throw new SetupError(
      `${result.output.trimEnd()}\n\nThis failed with status ${result.status}:\n    ${line}`,
    );
  }
  return result.stdout;
}

/** Prints one line about a step that is done or under way. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Does `work`, which takes a while, and prints how long it took. */
export async function timed(title, work) {
  say(`· ${title} …`);
  const began = performance.now();
  const value = await work();
  say(`✓ ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return value;
}
