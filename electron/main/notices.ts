// What a person who looks elsewhere should hear about: found by comparing the list of sessions with the one before. Pure.
import { escapeText } from "../../protocol/src/escape.js";
import type { Session } from "../../protocol/src/session.js";

export interface Notice {
  session: string;
  title: string;
  body: string;
  /** Whether it tells of a commit, which one click takes back. */
  committed?: true;
  /** Whether it warns of what happens while the session runs. */
  warning?: true;
}

type Refused = NonNullable<NonNullable<Session["alerts"]>["refused"]>;

/** The longest part of what a program named that a notification shows. */
const LONGEST = 200;

/** Returns what has happened between two lists; with none before, all of it is old. */
export function noticesOf(before: readonly Session[] | null, after: readonly Session[]): Notice[] {
  if (before === null) return [];
  const known = new Map(before.map((session) => [session.id, session]));
  return after.flatMap((session) => {
    const old = known.get(session.id);
    const name = escapeText(session.name ?? session.command[0]?.split("/").at(-1) ?? "");
    const news = old === undefined ? [] : noticeOf(name, old, session);
    return [...news, ...warningsOf(name, old, session)];
  });
}

const ALIKE: Readonly<Record<string, string>> = { "<": "‹", ">": "›", "&": "＆" };

/** Returns a text that no server of notifications takes for markup: some do, and programs of a session chose parts of it. */
export function withoutMarkup(text: string): string {
  return text.replaceAll(/[<>&]/g, (c) => ALIKE[c] ?? "");
}

function noticeOf(name: string, old: Session, now: Session): Notice[] {
  const notice = (title: string, body: string): Notice[] => [{ session: now.id, title, body }];
  const ran = old.state === "starting" || old.state === "running";
  if (ran && now.state === "finished") {
    return notice(`${name} has ended`, "What it changed waits for your decision.");
  }
  if (old.state !== "committed" && now.state === "committed") {
    const [told] = notice(`${name} was committed`, "Your machine has its changes now.");
    return told === undefined ? [] : [{ ...told, committed: true }];
  }
  if (ran && now.state === "broken") return notice(`${name} could not go on`, escapeText(now.why ?? ""));
  if (old.frozen === undefined && now.frozen !== undefined) {
    return now.frozen.why === "quota"
      ? notice(`${name} waits for you`, "It has written as much as it may. Allow it more, or stop it.")
      : notice(`${name} waits for you`, "The disk is nearly full. Make room, or stop it.");
  }
  return [];
}

/** What comes while a session runs, and once; what was refused also when all comes at once with its end. */
function warningsOf(name: string, old: Session | undefined, now: Session): Notice[] {
  const { near, refused } = now.alerts ?? {};
  const warning = (title: string, body: string): Notice => ({ session: now.id, title, body, warning: true });
  const notices: Notice[] = [];
  // With another quota it is news again; who stands still or has ended needs no room soon.
  const goes = (now.state === "starting" || now.state === "running") && now.frozen === undefined;
  if (near !== undefined && goes && old?.alerts?.near?.limit !== near.limit) {
    const used = Math.floor((100 * near.used) / near.limit);
    const body = `It has written ${used} % of what it may. At the limit it will stand still, and nothing is lost.`;
    notices.push(warning(`${name} needs more room soon`, body));
  }
  if (refused !== undefined && old?.alerts?.refused === undefined)
    notices.push(
      warning(`${name} was refused something`, `${refusedWords(refused)} See what else in its list.`),
    );
  return notices;
}

function refusedWords({ what, detail = "" }: Refused): string {
  const shown = escapeText(detail.length > LONGEST ? `${detail.slice(0, LONGEST)}…` : detail);
  switch (what) {
    case "network":
      return `It tried to reach ${shown}, and its network does not lead there.`;
    case "hidden-place":
      return `It tried to open ${shown}, which is hidden from it.`;
    case "mount":
      return `It tried to change mounts (${shown}).`;
    case "set-id":
      return `It ran ${shown} without its owner's rights.`;
  }
}
