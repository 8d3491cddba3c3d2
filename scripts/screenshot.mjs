// npm run screenshot: set-up, then docs/screenshots/ anew, with the real app.
import { runMain, setUp } from "./setup.mjs";
import { bin } from "./setup/paths.mjs";
import { run } from "./setup/run.mjs";

await runMain(async () => {
  await setUp("test");
  const args = ["test", "--config", "e2e/show/show.config.ts", "screenshots"];
  return (await run(bin("playwright"), args, { show: true })).status;
});
