// The list of sessions, as the helper tells it, and the requests that change it.
import { create } from "zustand";
import type { Outcome } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import type { RunRequest, Session, Tightening } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { withAnswer } from "./session-model.js";

interface SessionsState {
  sessions: Session[] | null;
  error: SeeError | null;
  /** Changes of each session, as last counted while it was looked at. */
  counts: Readonly<Record<string, number>>;
  /** Sessions that were asked to stop and have not ended yet. */
  stopping: ReadonlySet<string>;
  /** Sessions whose command is just being run once more. */
  retrying: ReadonlySet<string>;
  follow: () => () => void;
  load: () => Promise<void>;
  run: (request: RunRequest) => Promise<Outcome<Session>>;
  stop: (id: string) => Promise<Outcome<Session>>;
  tighten: (id: string, to: Tightening) => Promise<Outcome<Session>>;
  abort: (id: string) => Promise<Outcome<Session>>;
  /** Runs a session's command once more; answers with the new session. */
  retry: (id: string) => Promise<Outcome<Session>>;
  resume: (id: string) => Promise<Outcome<Session>>;
  count: (id: string, changes: number) => void;
}

export const useSessions = create<SessionsState>((set, get) => {
  const put = (session: Session): void => set({ sessions: withAnswer(get().sessions ?? [], session) });
  /** How often the helper has told the list: an answer that was asked for before may be older. */
  let told = 0;
  return {
    sessions: null,
    error: null,
    counts: {},
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
      set(outcome.ok ? { sessions: outcome.value, error: null } : { error: outcome.error });
    },
    run: async (request) => {
      const outcome = await see.run(request);
      if (outcome.ok) put(outcome.value);
      return outcome;
    },
    stop: async (id) => {
      set({ stopping: new Set([...get().stopping, id]) });
      const outcome = await see.stop(id);
      if (outcome.ok) put(outcome.value);
      set({ stopping: new Set([...get().stopping].filter((each) => each !== id)) });
      return outcome;
    },
    tighten: async (id, to) => {
      const outcome = await see.tighten(id, to);
      if (outcome.ok) put(outcome.value);
      return outcome;
    },
    abort: async (id) => {
      const outcome = await see.abort(id);
      if (outcome.ok) put(outcome.value);
      return outcome;
    },
    retry: async (id) => {
      set({ retrying: new Set([...get().retrying, id]) });
      const outcome = await see.retry(id);
      if (outcome.ok) put(outcome.value);
      set({ retrying: new Set([...get().retrying].filter((each) => each !== id)) });
      return outcome;
    },
    resume: async (id) => {
      const outcome = await see.resume(id);
      if (outcome.ok) put(outcome.value);
      return outcome;
    },
    count: (id, changes) => {
      if (get().counts[id] !== changes) set({ counts: { ...get().counts, [id]: changes } });
    },
  };
});

/** Returns the session with this id, when the list has it. */
export function useSession(id: string | null): Session | undefined {
  return useSessions((state) => state.sessions?.find((session) => session.id === id));
}
