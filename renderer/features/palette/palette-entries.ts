// Everything that the palette can do just now, from the stores as they are.
import { useRoute } from "../../route-store.js";
import { useFeed } from "../changes/feed-store.js";
import { useReview } from "../changes/review-store.js";
import { canRedo, canUndo, redoChoice, undoChoice } from "../changes/selection-history.js";
import { setAllOpen } from "../changes/tree-actions.js";
import { ROOT } from "../changes/tree.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { canCommit } from "../commit/can-commit.js";
import { STATE_WORDS } from "../../../texts/sessions.js";
import { canDecide, isLive, sessionTitle } from "../run/session-model.js";
import { GROUPINGS } from "../groups/group-model.js";
import { useGrouping } from "../groups/grouping-store.js";
import { TEXTS as GROUP_TEXTS } from "../../../texts/groups.js";
import { useSessions } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import type { Entry } from "./palette-model.js";
import { TEXTS } from "../../../texts/palette.js";

/** Returns what can be done now: first with the session in hand, then on the way around. */
export function paletteEntries(): Entry[] {
  const { go, show, toggleSidebar } = useRoute.getState();
  const { setTheme } = useSettings.getState();
  const sessions = useSessions.getState().sessions ?? [];
  const screen = (label: string, run: () => void, keys?: readonly string[]): Entry => ({
    label,
    kind: TEXTS.screen,
    run,
    ...(keys === undefined ? {} : { keys }),
  });
  const look = (label: string, theme: Parameters<typeof setTheme>[0]): Entry => ({
    label,
    kind: TEXTS.look,
    run: () => setTheme(theme),
  });
  return [
    ...sessionEntries(),
    screen(TEXTS.home, () => go({ name: "home" })),
    screen(TEXTS.history, () => go({ name: "history" })),
    ...sessions.map((session) => ({
      label: TEXTS.open(sessionTitle(session), STATE_WORDS[session.state].short),
      kind: TEXTS.session,
      run: () => go({ name: "session", session: session.id }),
    })),
    screen(TEXTS.settings, () => show("settings"), ["Ctrl", ","]),
    screen(TEXTS.shortcuts, () => show("shortcuts"), ["?"]),
    screen(TEXTS.sidebar, toggleSidebar, ["Ctrl", "B"]),
    look(TEXTS.light, "light"),
    look(TEXTS.dark, "dark"),
    look(TEXTS.system, "system"),
  ];
}

function sessionEntries(): Entry[] {
  const { screen, show } = useRoute.getState();
  if (screen.name !== "session") return [];
  const session = useSessions.getState().sessions?.find((each) => each.id === screen.session);
  if (session === undefined) return [];
  const action = (label: string, run: () => void, keys?: readonly string[]): Entry => ({
    label,
    kind: TEXTS.action,
    run,
    ...(keys === undefined ? {} : { keys }),
  });
  const { tree } = useFeed.getState();
  const entries: Entry[] = [];
  if (canCommit(session.id)) entries.push(action(TEXTS.commit, () => show("commit"), ["Ctrl", "Enter"]));
  if (canDecide(session)) entries.push(action(TEXTS.abort, () => show("abort")));
  if (isLive(session)) entries.push(action(TEXTS.stop, () => void useSessions.getState().stop(session.id)));
  const { opened } = useReview.getState();
  if (opened !== null)
    entries.push(action(CONFLICT_TEXTS.ignoreMore, () => useRoute.getState().askIgnore(opened)));
  if (canUndo()) entries.push(action(TEXTS.undoChoice, undoChoice, ["Ctrl", "Z"]));
  if (canRedo()) entries.push(action(TEXTS.redoChoice, redoChoice, ["Ctrl", "Shift", "Z"]));
  if (tree.total[ROOT]! > 0) {
    entries.push(action(TEXTS.openAll, () => setAllOpen(tree, true)));
    entries.push(action(TEXTS.closeAll, () => setAllOpen(tree, false)));
    const { groupBy } = useGrouping.getState();
    for (const by of GROUPINGS)
      entries.push(action(GROUP_TEXTS.groupBy(GROUP_TEXTS.by[by]), () => groupBy(by)));
  }
  return entries;
}
