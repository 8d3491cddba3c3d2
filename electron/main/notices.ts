// What a person who looks elsewhere should hear about: found by comparing the list of sessions with the one before. Pure.
import { escapeSentence, escapeText } from "../../protocol/src/escape.js";
import type { Session } from "../../protocol/src/session.js";
import { sessionWhy } from "../../texts/causes.js";
import { NOTICES, REFUSED } from "../../texts/desktop.js";
import { nearWords } from "../../texts/near.js";
import { sessionTitle } from "../../texts/titles.js";

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
    const name = sessionTitle(session);
    // Of a session that was not known, only what asks for somebody is news.
    const { frozen: _, ...before } = session;
    const news = noticeOf(name, old ?? before, session);
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
    return notice(NOTICES.ended(name), now.unchanged === true ? NOTICES.unchangedWhy : NOTICES.endedWhy);
  }
  if (old.state !== "committed" && now.state === "committed") {
    const [told] = notice(NOTICES.committed(name), NOTICES.committedWhy);
    return told === undefined ? [] : [{ ...told, committed: true }];
  }
  if (ran && now.state === "broken") return notice(NOTICES.broken(name), escapeSentence(sessionWhy(now)));
  if (old.frozen === undefined && now.frozen !== undefined) {
    return notice(NOTICES.waits(name), now.frozen.why === "quota" ? NOTICES.quotaWhy : NOTICES.diskWhy);
  }
  return [];
}

/** What comes while a session runs, and once; what was refused or ran out also when all comes at once with its end. */
function warningsOf(name: string, old: Session | undefined, now: Session): Notice[] {
  const { refused } = now.alerts ?? {};
  const warning = (title: string, body: string): Notice => ({ session: now.id, title, body, warning: true });
  const notices: Notice[] = [];
  // Who stands still or has ended needs no more soon.
  const goes = (now.state === "starting" || now.state === "running") && now.frozen === undefined;
  for (const near of now.near ?? []) {
    const known = old?.near?.find((each) => each.what === near.what && each.place === near.place);
    if (near.hits !== undefined) {
      if (known?.hits === undefined) notices.push(warning(NOTICES.ranOut(name), nearWords(near)));
    } else if (goes && known?.since !== near.since)
      notices.push(warning(NOTICES.near(name), nearWords(near)));
  }
  if (refused !== undefined && old?.alerts?.refused === undefined)
    notices.push(warning(NOTICES.refused(name), NOTICES.refusedWhy(refusedWords(refused))));
  return notices;
}

function refusedWords({ what, detail = "" }: Refused): string {
  const shown = escapeText(detail.length > LONGEST ? `${detail.slice(0, LONGEST)}…` : detail);
  return REFUSED[what](shown);
}
