// Set-up: everything that `npm start` and `npm test` need, made once. Runs on bare Node, before any package is there.
// By itself: node scripts/setup.mjs [start|test]
import { fileURLToPath } from "node:url";
import { checkSystem } from "./setup/debian.mjs";
import { checkToolchain } from "./setup/toolchain.mjs";
import { buildApp } from "./setup/app.mjs";
import { installBuilder } from "./setup/builder.mjs";
import { buildHelper } from "./setup/helper.mjs";
import { fetchPackage } from "./setup/package.mjs";
import { installPackages } from "./setup/packages.mjs";
import { electronPath, fetchRuntime } from "./setup/runtime.mjs";
import { SetupError } from "./setup/run.mjs";
import { checkSandbox } from "./setup/sandbox.mjs";

/** Makes this checkout ready for `purpose`: "start" or "test". */
export async function setUp(purpose) {
  await checkToolchain(purpose);
  await checkSystem(purpose);
  await installPackages();
  await buildHelper();
  await fetchRuntime();
  checkSandbox(electronPath());
  if (purpose === "test") {
    await fetchPackage();
    await installBuilder();
  }
  await buildApp();
}

/** Runs a script's `main`, whose value is the exit status. A failed step is told without a stack: it is no bug. */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const purpose = process.argv[2] ?? "start";
    if (purpose !== "start" && purpose !== "test") throw new SetupError("Say what for: start or test.");
    await setUp(purpose);
    return 0;
  });
}
