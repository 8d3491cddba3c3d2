// Node and Rust: are they there, and new enough? Installs neither.
import { nodeProblem } from "../node-version.cjs";
import { run, SetupError } from "./run.mjs";

const RUST = [1, 85, 0];
const GET_RUST = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env";

export async function checkToolchain(purpose) {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) throw new SetupError(problem);
  const cargo = await run("cargo", ["--version"]);
  if (cargo.status !== 0) {
    const why = cargo.status === 127 ? "" : `${cargo.output.trimEnd()}\n`;
    throw new SetupError(
      `${why}Alcatraz needs Rust ${RUST.join(".")} or newer, and cargo does not run. Get it with:\n    ${GET_RUST}`,
    );
  }
  const version = /(\d+\.\d+\.\d+)/.exec(cargo.stdout)?.[1] ?? "0.0.0";
  if (!atLeast(version, RUST)) {
    throw new SetupError(
      `Alcatraz needs Rust ${RUST.join(".")} or newer; this is ${version}. Update it with:\n    rustup update stable\n` +
        `or, where Rust came from a distribution's package:\n    ${GET_RUST}`,
    );
  }
  if (purpose === "test") {
    for (const tool of ["fmt", "clippy"]) {
      const result = await run("cargo", [tool, "--version"]);
      if (result.status !== 0) {
        throw new SetupError(
          `The tests need cargo ${tool}. Get it with:\n    rustup component add rustfmt clippy`,
        );
      }
    }
  }
}

/** Says whether a dotted version is at least `wanted`. */
export function atLeast(version, wanted) {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, least] of wanted.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
