#!/usr/bin/env node
// A helper that fails on purpose, in the way that SCRIPT names. Used only where the failure is what is tested:
// the real helper cannot be asked to talk nonsense.
import { appendFileSync, existsSync } from "node:fs";
import { createInterface } from "node:readline";

const script = process.env.SCRIPT ?? "";
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const answer = (id, result) => say({ id, result });
const hello = { protocol: 1, version: "0.0.0-test", mode: "user", store: "/nowhere" };

if (script === "dies-at-start") {
  process.stderr.write("the first word\n\u001b[31mred words\u001b[0m\n");
  process.exit(3);
}
// What a test wants to know of a life that it cannot ask any more.
const note = (event) => {
  if (process.env.DIARY !== undefined) appendFileSync(process.env.DIARY, `${event} ${process.pid}\n`);
};
note("born");
// A helper finishes when its input ends; this one is at work until the test lets it finish.
if (script.startsWith("slow"))
  process.stdin.once("end", () => {
    const work = setInterval(() => {
      if (!existsSync(`${process.env.DIARY}.finish`)) return;
      clearInterval(work);
      note("finished");
    }, 10);
  });

const cancelled = { code: "cancelled", message: "Cancelled.", hint: "Nothing was changed." };
const giveUp = (id) => say({ id, error: { code: -32000, message: cancelled.message, data: cancelled } });
let firstCommit = null;

const handlers = {
  hello({ id }) {
    if (script === "silent") return;
    if (script === "refuses") {
      const data = { code: "store-too-new", message: "The store is newer.", hint: "Update." };
      say({ id, error: { code: -32000, message: data.message, data } });
      return;
    }
    answer(id, script === "other-protocol" ? { ...hello, protocol: 99 } : hello);
    if (script === "notifies") {
      say({ method: "sessions", params: { sessions: [] } });
      say({ method: "feed", params: { event: "rows", watch: 7, rows: [{ anything: "unread" }] } });
    }
    if (script === "unknown-notification") say({ method: "party", params: {} });
    if (script === "bad-feed") say({ method: "feed", params: { event: "rows" } });
  },
  "sessions.list"({ id }) {
    if (script === "dies-in-request") process.kill(process.pid, "SIGKILL");
    else if (script === "garbage") process.stdout.write("\u0000\u0001 no JSON \n");
    else if (script.endsWith("endless-line")) process.stdout.write("x".repeat(17 * 1024 * 1024));
    else if (script === "wrong-id") answer(4711, { sessions: [] });
    else if (script === "wrong-shape") answer(id, { sessions: "none" });
    else answer(id, { sessions: [] });
  },
  commit({ id }) {
    if (script === "second-ends-the-first" && firstCommit !== null) giveUp(firstCommit);
    firstCommit ??= id;
    say({ method: "progress", params: { request: id, phase: "stage", done: 1, total: 2 } });
  },
  cancel({ params }) {
    giveUp(params.request);
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  handlers[message.method]?.(message);
});
