// An empty session around `true`, against `true`.
import { test } from "../e2e/test.js";
import { clock, interleave, milliseconds, report } from "./measure.js";

test("start", async ({ machine, account }, info) => {
  const { helper } = machine.installation;
  const must = async (command: string[]) => {
    const result = await machine.run(command);
    if (result.status !== 0) throw new Error(`${command.join(" ")}: ${result.stderr}`);
  };
  await must([helper, "list"]);
  const times = await interleave(40, {
    native: () => clock(() => must(["/bin/true"])),
    session: () => clock(() => must([helper, "run", "--abort", "--", "/bin/true"])),
  });
  report(info, {
    what: "empty session around `true`",
    reached: `+${milliseconds(times.session - times.native)}`,
    wanted: account.mode === "system" ? "≤ +20 ms" : "≤ +30 ms",
    how: `${milliseconds(times.session)} against ${milliseconds(times.native)}, 40 runs each`,
  });
});
