// npm run compat [NAME...]: tries real programs natively and in sessions, in both privilege modes, and without names
// writes docs/compatibility.md. A program that this machine lacks is a failure, not a gap in the table.
import { userInfo } from "node:os";
import { runMain, setUp } from "./setup.mjs";
import { say, SetupError } from "./setup/run.mjs";
import { makePlace, removePlace } from "./compatibility/place.mjs";
import { programs } from "./compatibility/programs.mjs";
import { differences, missing } from "./compatibility/try.mjs";
import { writePage } from "./compatibility/page.mjs";

await runMain(async () => {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => programs.every((probe) => probe.name !== name));
  if (unknown.length > 0) throw new SetupError(`No program of this name is tried: ${unknown.join(", ")}.`);
  await setUp("test");
  const modes = userInfo().uid === 0 ? ["system", "user"] : ["user"];
  const wanted = programs.filter((probe) => names.length === 0 || names.includes(probe.name));
  const results = new Map();
  for (const mode of modes) {
    const place = await makePlace(mode);
    try {
      for (const probe of wanted.filter((probe) => probe.modes?.includes(mode) ?? true)) {
        const lacking = missing(probe);
        const found =
          lacking.length > 0 ? [`not installed: ${lacking.join(", ")}`] : await differences(place, probe);
        results.set(`${probe.name} ${mode}`, found);
        say(`${found.length === 0 ? "✓" : "✗"} ${mode.padEnd(7)} ${probe.name}`);
        for (const line of found) say(`    ${line}`);
      }
    } finally {
      await removePlace(place);
    }
  }
  if (names.length === 0 && modes.length === 2) await writePage(programs, results);
  return [...results.values()].every((found) => found.length === 0) ? 0 : 1;
});
