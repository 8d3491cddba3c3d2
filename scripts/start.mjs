// npm start: set-up, then the app with the sample installer. Without a display: the same under Xvfb, told in words.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { runMain, setUp } from "./setup.mjs";
import { hasDisplay } from "./setup/debian.mjs";
import { bin, ROOT } from "./setup/paths.mjs";
import { electronPath } from "./setup/runtime.mjs";
import { run, say } from "./setup/run.mjs";

await runMain(async () => {
  await setUp("start");
  return hasDisplay() ? openApp() : showWithoutDisplay();
});

/** Opens the app and waits for it to be closed. */
function openApp() {
  const args = [ROOT, `--sample=${join(ROOT, "assets", "sample")}`, ...process.argv.slice(2)];
  // Chromium refuses to run as root with its own sandbox. For everybody else that sandbox stays on.
  if (process.geteuid() === 0) args.unshift("--no-sandbox");
  const app = spawn(electronPath(), args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => app.kill(signal));
  return new Promise((resolve, reject) => {
    app.on("error", reject);
    app.on("close", (status, signal) => resolve(signal === null ? status : 1));
  });
}

async function showWithoutDisplay() {
  say(
    "No display here (DISPLAY and WAYLAND_DISPLAY are unset): running the sample in the app on a virtual screen.",
  );
  const result = await run(bin("playwright"), ["test", "--config", "e2e/show/show.config.ts", "tour"], {
    show: true,
  });
  return result.status;
}
