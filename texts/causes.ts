// Why a session is limited or stands as it does, in the words of the app. Exhaustive: a new cause does not compile without its words.
import type { LimitCause, SessionCause } from "../protocol/src/cause.js";
import type { Limit, Session } from "../protocol/src/session.js";
import { errorSentence, errorText } from "./errors.js";

type Words<Cause extends { what: string }> = {
  readonly [What in Cause["what"]]: string | ((cause: Extract<Cause, { what: What }>) => string);
};

const LIMIT_WORDS: Words<LimitCause> = {
  "unlayered-kind": ({ kind }) =>
    `Changes to a disk of this kind (${kind}) cannot be kept apart, so nothing can be changed there.`,
  "file-alone": "This file stands by itself among mounted disks, so it cannot be changed.",
  "other-disk": "Another disk is there than when the session began, so nothing can be changed there.",
  "disk-gone": "Its disk is not mounted now. What the session changed there is kept.",
  "seen-later": "What your machine makes there while the session runs can be read inside.",
  "mounts-below":
    "Disks are mounted below it, so folders that are right in it can be neither renamed nor removed.",
  "no-layer": ({ error }) =>
    `The kernel cannot keep changes apart there, so nothing can be changed. ${errorSentence(error)}`,
  unmapped:
    "Users cannot have other numbers there, so nothing can be changed, and all in it belongs to nobody.",
  "unshifted-root":
    "Because of what is mounted there, root in the session has the number of your machine’s root, but none of its rights outside.",
  "other-group":
    "It is of another group than your own first one, so nothing can be made or changed there. System mode can.",
  "little-room": "Less is free there already than was to stay free. Of what is left, half stays free.",
  "no-device": ({ device }) => DEVICES[device],
  "no-display": ({ error }) => errorSentence(error),
  "clipboard-ended":
    "The clipboard is shared no longer: one of the two displays went away, or was held up for too long.",
  "network-off": ({ error }) => `The network is off. ${errorSentence(error)}`,
  "record-lacks": ({ error }) => `The record may lack what left it. ${errorSentence(error)}`,
};

/** What to do about it; empty where nothing is known. */
const LIMIT_NEXT: Words<LimitCause> = {
  "unlayered-kind":
    "Copy what is to be changed to a disk whose file system is Linux’s own (ext4, xfs, btrfs).",
  "file-alone": "Unmount it, or what is mounted beside it.",
  "other-disk": "Mount the disk that was there when the session began, then run more in the session.",
  "disk-gone": "Mount it again.",
  "seen-later": "Make that place before the session begins: then it is hidden.",
  "mounts-below": "Start Alcatraz in system mode, or unmount what lies below it.",
  "no-layer": "",
  unmapped:
    "Unmount that place or stop the container that it belongs to; before Linux 6.3, use a newer kernel.",
  "unshifted-root": "Run Alcatraz outside of containers; before Linux 6.3, use a newer kernel.",
  "other-group": "Start Alcatraz in system mode.",
  "little-room": "Make room there.",
  "no-device": "Plug it in, or load its driver.",
  "no-display": ({ error }) => errorText(error).next,
  "clipboard-ended": "Start a new session: there it is shared again.",
  "network-off": ({ error }) => errorText(error).next,
  "record-lacks": ({ error }) => errorText(error).next,
};

const DEVICES: Readonly<Record<Extract<LimitCause, { what: "no-device" }>["device"], string>> = {
  gpu: "This machine has no graphics processor for programs now.",
  sound: "This machine has no sound now.",
  camera: "This machine has no camera now.",
};

const SESSION_WORDS: Words<SessionCause> = {
  failed: ({ error }) => errorSentence(error),
  overrun: "It reached a limit of disk space, and its programs went on writing, so they were ended.",
  unheeded: "It did not end when it was asked to, so it was killed.",
  "killed-early": "What looks after it was ended before the session was ready.",
  killed: "What looked after it was ended from outside, and its programs with it.",
  "not-removed": ({ error }) =>
    `What it wrote could not be removed. ${errorSentence(error)} It is tried again at the next start.`,
  "commit-waits": ({ error }) => `A commit or an undo was interrupted, and waits. ${errorSentence(error)}`,
};

/** Returns why a place is limited. May hold what programs chose: whoever shows it escapes it. */
export function limitWhy({ why, cause }: Limit): string {
  return cause === undefined ? why : wordsOf(LIMIT_WORDS, cause);
}

/** Returns what to do about it. */
export function limitNext(cause: LimitCause): string {
  return wordsOf(LIMIT_NEXT, cause);
}

/** Returns why a session stands as it does; empty where nothing is to be said. Whoever shows it escapes it. */
export function sessionWhy({ why = "", cause }: Pick<Session, "why" | "cause">): string {
  return cause === undefined ? why : wordsOf(SESSION_WORDS, cause);
}

function wordsOf<Cause extends { what: string }>(all: Words<Cause>, cause: Cause): string {
  const words: string | ((cause: never) => string) = all[cause.what as Cause["what"]];
  return typeof words === "string" ? words : words(cause as never);
}
