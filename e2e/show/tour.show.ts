// npm start without a display: the sample in the real app, told in words, thrown away at the end.
import { join } from "node:path";
import { CACHE } from "../../scripts/setup/paths.mjs";
import { App } from "../app.js";
import { test } from "../test.js";

interface Changes {
  changes: { path: string; change: string; type: string }[];
  summary: Record<"created" | "modified" | "deleted" | "renamed" | "replaced" | "linked", number>;
}

const LETTERS: Record<string, string> = {
  created: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  replaced: "T",
  linked: "L",
};
/** Lines of the list that is printed; the picture shows the rest. */
const SHOWN = 12;

test("tour", async ({ machine }) => {
  const picture = join(CACHE, "alcatraz.png");
  const app = await App.start(machine, [`--sample=${join(machine.installation.root, "assets", "sample")}`]);
  await app.runSample();
  await app.ended();
  await app.show(".bashrc");
  await app.page.screenshot({ path: picture });

  const [session] = await machine.sessionIds();
  const { changes, summary } = JSON.parse(
    await machine.alcatraz("changes", session ?? "", "--json"),
  ) as Changes;
  const counts = Object.entries(summary).filter(([kind, count]) => kind !== "bytes" && count > 0);
  const lines = changes.map(({ path, change }) => `  ${LETTERS[change] ?? "?"}  ${path}`);
  const more = lines.length > SHOWN ? [`     and ${lines.length - SHOWN} more`] : [];
  await app.abort();
  await app.close();

  say(`The sample installer ran in a session, in ${machine.account.mode} mode. It changed:`);
  say([...lines.slice(0, SHOWN), ...more].join("\n"));
  say(
    `In all: ${counts.map(([kind, count]) => `${count} ${kind}`).join(", ")}. The session was then aborted: nothing was kept.`,
  );
  say(`Screenshot: ${picture}`);
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
