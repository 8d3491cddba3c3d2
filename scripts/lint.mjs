// npm run lint: the checks of npm test without its tests.
import { runMain, setUp } from "./setup.mjs";
import { checks } from "./checks.mjs";
import { run, say } from "./setup/run.mjs";

await runMain(async () => {
  await setUp("start");
  let failed = 0;
  for (const check of checks) {
    const result = await run(check.command, check.args, { cwd: check.cwd, show: true });
    say(`${result.status === 0 ? "✓" : "✗"} ${check.name}`);
    if (result.status !== 0) failed += 1;
  }
  return failed === 0 ? 0 : 1;
});
