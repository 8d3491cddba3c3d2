// The choices that outlive the window. Each change goes to main at once, which gathers them: a window that closes now
// loses none.
import { create } from "zustand";
import { DEFAULT_SETTINGS, Profile, type Recent, type Settings } from "../../../protocol/src/bridge.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { see } from "../../see.js";

const CLEARED_LIMIT = 5000;
const KEYS = Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[];
const RECENT_LIMIT = 8;
const PROFILE_LIMIT = 50;

interface SettingsState extends Settings {
  loaded: boolean;
  /** Why they could not be read, so that nothing is saved over them, or were not saved last. */
  trouble: SeeError | null;
  load: () => Promise<void>;
  setTheme: (theme: Settings["theme"]) => void;
  setNotify: (which: "notify" | "notifyWarnings", on: boolean) => void;
  setWrapLines: (on: boolean) => void;
  setTool: (tool: "viewer" | "comparer" | "editor", id: string) => void;
  setPane: (name: string, size: number) => void;
  resetPane: (name: string) => void;
  toggleSidebar: () => void;
  remember: (command: Recent) => void;
  /** Keeps a profile; one of the same name is replaced. False: it holds more than is kept, and nothing would be saved with it. */
  keepProfile: (profile: Profile) => boolean;
  dropProfile: (name: string) => void;
  /** Takes sessions out of the lists; those that nobody knows any more are forgotten. */
  clear: (sessions: readonly string[]) => void;
}

export const useSettings = create<SettingsState>((set, get) => {
  /** What was chosen before the choices of earlier days were read: it is newer, and nothing is saved until then. */
  let early: Partial<Settings> = {};
  /** Whether what there was before is known: what is not could be lost by saving. */
  let known = false;
  const save = async (): Promise<void> => {
    const state = get();
    const chosen = Object.fromEntries(KEYS.map((key) => [key, state[key]])) as unknown as Settings;
    const outcome = await see.saveSettings(chosen);
    set({ trouble: outcome.ok ? null : outcome.error });
  };
  const change = (part: Partial<Settings>): void => {
    set(part);
    if (!get().loaded) early = { ...early, ...part };
    else if (known) void save();
  };
  return {
    ...DEFAULT_SETTINGS,
    loaded: false,
    trouble: null,
    load: async () => {
      const outcome = await see.settings();
      known = outcome.ok;
      set(outcome.ok ? { ...outcome.value, loaded: true } : { loaded: true, trouble: outcome.error });
      const chosen = early;
      early = {};
      if (Object.keys(chosen).length > 0) change(chosen);
    },
    setTheme: (theme) => change({ theme }),
    setNotify: (which, on) => change({ [which]: on }),
    setWrapLines: (wrapLines) => change({ wrapLines }),
    setTool: (tool, id) => change({ [tool]: id }),
    setPane: (name, size) => change({ panes: { ...get().panes, [name]: size } }),
    resetPane: (name) => {
      const { [name]: _, ...panes } = get().panes;
      change({ panes });
    },
    toggleSidebar: () => change({ sidebar: !get().sidebar }),
    remember: (command) => {
      const others = get().recent.filter(({ line, cwd }) => line !== command.line || cwd !== command.cwd);
      change({ recent: [command, ...others].slice(0, RECENT_LIMIT) });
    },
    keepProfile: (profile) => {
      if (!Profile.safeParse(profile).success) return false;
      const others = get().profiles.filter((each) => each.name !== profile.name);
      change({ profiles: [...others, profile].slice(-PROFILE_LIMIT) });
      return true;
    },
    clear: (sessions) => change({ cleared: sessions.slice(0, CLEARED_LIMIT) }),
    dropProfile: (name) => change({ profiles: get().profiles.filter((each) => each.name !== name) }),
  };
});

/** Returns a pane's remembered size and how to change it. */
export function usePane(
  name: string,
  usual: number,
): { size: number; set: (n: number) => void; reset: () => void } {
  const size = useSettings((state) => state.panes[name]) ?? usual;
  const setPane = useSettings((state) => state.setPane);
  const resetPane = useSettings((state) => state.resetPane);
  return { size, set: (next) => setPane(name, next), reset: () => resetPane(name) };
}
