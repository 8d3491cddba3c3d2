// npm run bench: set-up, then the measurements. With --write the figures go into bench/README.md.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runMain, setUp } from "./setup.mjs";
import { checkSystem } from "./setup/debian.mjs";
import { bin, ROOT } from "./setup/paths.mjs";
import { run, SetupError } from "./setup/run.mjs";

await runMain(async () => {
  await setUp("test");
  await checkSystem("bench");
  const args = process.argv.slice(2);
  const env = { ALCATRAZ_BENCH_WRITE: args.includes("--write") ? "1" : "" };
  // By itself a word would be looked for in the whole path, the folder's name included.
  const isBench = (/** @type {string} */ word) => existsSync(join(ROOT, "bench", `${word}.bench.ts`));
  const unknown = args.filter((word) => /^\w+$/.test(word) && !isBench(word));
  if (unknown.length > 0)
    throw new SetupError(`There is no measurement of this name: ${unknown.join(", ")}.`);
  const rest = args
    .filter((word) => word !== "--write")
    .map((word) => (isBench(word) ? `/bench/${word}\\.bench\\.ts$` : word));
  const result = await run(bin("playwright"), ["test", "--config", "bench/bench.config.ts", ...rest], {
    show: true,
    env,
  });
  return result.status;
});
