// npm run bench: set-up, then the measurements. With --write the figures go into bench/README.md.
import { runMain, setUp } from "./setup.mjs";
import { checkSystem } from "./setup/debian.mjs";
import { bin } from "./setup/paths.mjs";
import { run } from "./setup/run.mjs";

await runMain(async () => {
  await setUp("test");
  await checkSystem("bench");
  const args = process.argv.slice(2);
  const env = { ALCATRAZ_BENCH_WRITE: args.includes("--write") ? "1" : "" };
  const rest = args.filter((word) => word !== "--write");
  const result = await run(bin("playwright"), ["test", "--config", "bench/bench.config.ts", ...rest], {
    show: true,
    env,
  });
  return result.status;
});
