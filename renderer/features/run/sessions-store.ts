// The list of sessions, as the helper tells it, and the requests that change it.
import { useMemo } from "react";
import { create } from "zustand";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { Params } from "../../../protocol/src/rpc.js";
import type { RunRequest, Session, Tightening } from "../../../protocol/src/session.js";
import type { Whose } from "../../../protocol/src/stores.js";
import { see } from "../../see.js";
import { useClock } from "../../ui/use-clock.js";
import { useSettings } from "../settings/settings-store.js";
import { groupSessions, twinMarks, withAnswer, type SessionGroups } from "./session-model.js";

interface SessionsState {
  sessions: readonly Session[] | null;
  error: SeeError | null;
  /** Sessions that were asked to stop and have not ended yet. */
  stopping: ReadonlySet<string>;
  /** Sessions whose command is just being run once more. */
  retrying: ReadonlySet<string>;
  follow: () => () => void;
  load: () => Promise<void>;
  run: (request: RunRequest, whose: Whose) => Promise<Outcome<Session>>;
  stop: (id: string) => Promise<Outcome<Session>>;
  tighten: (id: string, to: Tightening) => Promise<Outcome<Session>>;
  abort: (id: string) => Promise<Outcome<Session>>;
  /** Runs a session's command once more, with other limits when they are given; answers with the new session. */
  retry: (
    id: string,
    more?: Pick<Params<"sessions.retry">, "memory" | "processes">,
  ) => Promise<Outcome<Session>>;
  /** Lets a frozen session go on: with as much again, with this quota, or with none. Gives one that runs more. */
  resume: (request: Params<"sessions.resume">) => Promise<Outcome<Session>>;
  /** Takes all that is done out of the lists. */
  clearDone: () => void;
}

export const useSessions = create<SessionsState>((set, get) => {
  /** How often the helper has told the list: an answer that was asked for before may be older. */
  let told = 0;
  /** Asks for something that answers with one session, and puts that into the list. */
  const ask = async (request: () => Promise<Outcome<Session>>): Promise<Outcome<Session>> => {
    const before = told;
    const outcome = await request();
    if (outcome.ok) set({ sessions: withAnswer(get().sessions ?? [], outcome.value, told !== before) });
    return outcome;
  };
  return {
    sessions: null,
    error: null,
    stopping: new Set(),
    retrying: new Set(),
    follow: () => {
      const stop = see.onSessions((sessions) => {
        told += 1;
        set({ sessions, error: null });
      });
      void get().load();
      return stop;
    },
    load: async () => {
      const before = told;
      const outcome = await see.listSessions();
      if (told !== before) return;
      told += 1;
      set(outcome.ok ? { sessions: outcome.value, error: null } : { error: outcome.error });
    },
    run: (request, whose) => ask(() => see.run(request, whose)),
    stop: async (id) => {
      set({ stopping: new Set([...get().stopping, id]) });
      const outcome = await ask(() => see.stop(id));
      set({ stopping: new Set([...get().stopping].filter((each) => each !== id)) });
      return outcome;
    },
    tighten: (id, to) => ask(() => see.tighten(id, to)),
    abort: (id) => ask(() => see.abort(id)),
    retry: async (id, more) => {
      set({ retrying: new Set([...get().retrying, id]) });
      const outcome = await ask(() => see.retry({ session: id, ...more }));
      set({ retrying: new Set([...get().retrying].filter((each) => each !== id)) });
      return outcome;
    },
    resume: (request) => ask(() => see.resume(request)),
    clearDone: () => {
      const { done } = groupSessions(get().sessions ?? []);
      useSettings.getState().clear(done.map(({ id }) => id));
    },
  };
});

/** Returns the session with this id, when the list has it. */
export function useSession(id: string | null): Session | undefined {
  return useSessions((state) => state.sessions?.find((session) => session.id === id));
}

/** Returns what tells this session apart from others with its title; undefined where nothing need. */
export function useTwinMark(id: string): string | undefined {
  const sessions = useSessions((state) => state.sessions);
  // What began today did not begin today any more at midnight.
  const today = new Date(useClock(60_000)).toDateString();
  return useMemo(() => twinMarks(sessions ?? [], new Date(today)), [sessions, today]).get(id);
}

/** Returns the sessions that are listed, in groups. */
export function useGroups(): SessionGroups {
  const sessions = useSessions((state) => state.sessions);
  const cleared = useSettings((state) => state.cleared);
  return useMemo(() => groupSessions(sessions ?? [], cleared), [sessions, cleared]);
}
