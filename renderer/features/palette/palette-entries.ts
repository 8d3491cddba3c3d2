// Everything that the palette can do just now, from the stores as they are.
import { useRoute } from "../../route-store.js";
import { useFeed } from "../changes/feed-store.js";
import { ANY_HINT, isFiltering, NO_FILTER } from "../changes/filter-model.js";
import { useReview } from "../changes/review-store.js";
import { canRedo, canUndo, redoChoice, undoChoice } from "../changes/selection-history.js";
import { leftOut } from "../changes/selection-model.js";
import { setAllOpen, showFirst } from "../changes/tree-actions.js";
import { ROOT, type Tree } from "../changes/tree.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { formatCount } from "../../../texts/format.js";
import { lastOf } from "../../../protocol/src/commit.js";
import { canCommit } from "../commit/can-commit.js";
import { useCompare } from "../run/compare-store.js";
import { TEXTS as ADMINISTRATORS } from "../../../texts/administrators.js";
import { canAsk, useAdministrators } from "../run/administrators-store.js";
import { useHelper } from "../run/helper-store.js";
import { canDecide, groupSessions, isLive, isOpen, stateWords } from "../run/session-model.js";
import { sessionTitle } from "../../../texts/titles.js";
import { GROUPINGS } from "../groups/group-model.js";
import { useGrouping } from "../groups/grouping-store.js";
import { TEXTS as GROUP_TEXTS } from "../../../texts/groups.js";
import { useSessions } from "../run/sessions-store.js";
import { useSettings } from "../settings/settings-store.js";
import { useHistory } from "../history/history-store.js";
import { detailKey, useDetail } from "../diff/detail-store.js";
import { changeAt, changesAt, viewsOfChange } from "../diff/opened-change.js";
import { useDiscard } from "../review/discard-store.js";
import { changeActions, filesOf, sessionActions } from "../review/actions.js";
import { orSay } from "../review/asked-store.js";
import { LOWER_PANES, useLower } from "../network/lower-store.js";
import type { Session } from "../../../protocol/src/session.js";
import type { MenuItem } from "../../ui/menu.js";
import type { Entry } from "./palette-model.js";
import { VIEW_WORDS } from "../../../texts/diff.js";
import { TEXTS as CHANGES_TEXTS } from "../../../texts/changes.js";
import { TEXTS } from "../../../texts/palette.js";
import { TEXTS as REVIEW_TEXTS } from "../../../texts/review.js";
import { TEXTS as RUN_TEXTS } from "../../../texts/run.js";

/** Returns what can be done now: first with the session in hand, then on the way around. */
export function paletteEntries(): Entry[] {
  const { go, show } = useRoute.getState();
  const { setTheme, toggleSidebar } = useSettings.getState();
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
    ...(useHelper.getState().status.state === "gone"
      ? [action(RUN_TEXTS.helperRestart, () => void useHelper.getState().restart())]
      : []),
    ...(canAsk() ? [action(ADMINISTRATORS.show, () => void useAdministrators.getState().show())] : []),
    screen(TEXTS.home, () => go({ name: "home" })),
    screen(TEXTS.history, () => go({ name: "history" })),
    ...(groupSessions(sessions, useSettings.getState().cleared).done.length > 0
      ? [action(TEXTS.clearDone, () => useSessions.getState().clearDone())]
      : []),
    action(TEXTS.undoCommit, () => void undoCommit()),
    ...sessions.map((session) => ({
      label: TEXTS.open(sessionTitle(session), stateWords(session).short),
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
  const { tree } = useFeed.getState();
  const entries: Entry[] = [];
  if (canCommit(session.id)) entries.push(action(TEXTS.commit, () => show("commit"), ["Ctrl", "Enter"]));
  if (canDecide(session)) entries.push(action(TEXTS.abort, () => show("abort")));
  entries.push(...runEntries(session), ...changeEntries(session, tree));
  if (canUndo()) entries.push(action(TEXTS.undoChoice, undoChoice, ["Ctrl", "Z"]));
  if (canRedo()) entries.push(action(TEXTS.redoChoice, redoChoice, ["Ctrl", "Shift", "Z"]));
  if (isOpen(session) && tree.total[ROOT]! > 0) {
    entries.push(...listEntries(session, tree));
    entries.push(action(TEXTS.openAll, () => setAllOpen(tree, true)));
    entries.push(action(TEXTS.closeAll, () => setAllOpen(tree, false)));
    const { groupBy } = useGrouping.getState();
    for (const by of GROUPINGS)
      entries.push(action(GROUP_TEXTS.groupBy(GROUP_TEXTS.by[by]), () => groupBy(by)));
  }
  return entries;
}

function action(label: string, run: () => void, keys?: readonly string[]): Entry {
  return { label, kind: TEXTS.action, run, ...(keys === undefined ? {} : { keys }) };
}

const fromMenu = ({ label, run }: MenuItem): Entry => action(label, run);

/** What runs in the session, and what is shown of that. */
function runEntries(session: Session): Entry[] {
  const { id, policy } = session;
  const { sessions, stop, resume } = useSessions.getState();
  const entries: Entry[] = [];
  if (isLive(session)) entries.push(action(TEXTS.stop, () => void orSay(REVIEW_TEXTS.notDone, stop(id))));
  if (session.frozen !== undefined) {
    const label = session.frozen.why === "quota" ? RUN_TEXTS.resumeQuota : RUN_TEXTS.resumeDisk;
    entries.push(action(label, () => void orSay(REVIEW_TEXTS.notDone, resume({ session: id }))));
  }
  if (session.state === "finished") entries.push(action(RUN_TEXTS.retry, () => void runAgain(id)));
  const first = sessions?.find((each) => each.id === policy.retry_of);
  if (first !== undefined && isOpen(first) && session.state === "finished")
    entries.push(action(RUN_TEXTS.compare, () => void useCompare.getState().compare(first.id, id)));
  if (isOpen(session)) {
    for (const { value, label } of LOWER_PANES)
      entries.push(action(TEXTS.showBelow(label), () => useLower.getState().show(value)));
  }
  return entries;
}

async function runAgain(id: string): Promise<void> {
  const outcome = await orSay(REVIEW_TEXTS.notDone, useSessions.getState().retry(id));
  if (outcome.ok) useRoute.getState().visit({ name: "session", session: outcome.value.id });
}

/** What can be done with the change in hand. */
function changeEntries(session: Session, tree: Tree): Entry[] {
  const { opened: path } = useReview.getState();
  if (path === null) return [];
  const { key, description: known, choose } = useDetail.getState();
  const description = key === detailKey(session.id, path) ? known : null;
  const atRest = session.state === "finished";
  const views = description === null ? [] : viewsOfChange(changeAt(tree, path), description, path).offered;
  return [
    ...views.map((view) => action(TEXTS.view(VIEW_WORDS[view]), () => choose(view))),
    ...changeActions({ session: session.id, path, files: filesOf(description), atRest }).map(fromMenu),
    ...(atRest
      ? [
          action(REVIEW_TEXTS.discardThis, () =>
            useDiscard.getState().ask(session.id, [path], changesAt(tree, path)),
          ),
        ]
      : []),
    action(CONFLICT_TEXTS.ignoreMore, () => useRoute.getState().askIgnore(path)),
  ];
}

/** What can be done with the list and with all that is in it. */
function listEntries(session: Session, tree: Tree): Entry[] {
  const { filter, setFilter, askFilter } = useReview.getState();
  const out = tree.total[ROOT]! - tree.chosen[ROOT]!;
  const entries = sessionActions(session).map(fromMenu);
  if (out > 0 && session.state === "finished" && useFeed.getState().settled !== null) {
    const ask = (): void => useDiscard.getState().ask(session.id, leftOut(tree), out);
    entries.push(action(REVIEW_TEXTS.discardOut(formatCount(out)), ask));
  }
  if (tree.flagged[ROOT]! > 0) {
    const flagged = { ...NO_FILTER, hints: ANY_HINT };
    entries.push(
      action(TEXTS.flagged, () => {
        setFilter(flagged);
        showFirst(tree, flagged);
      }),
    );
  }
  if (isFiltering(filter)) entries.push(action(REVIEW_TEXTS.showAll, () => setFilter(NO_FILTER)));
  entries.push(action(CHANGES_TEXTS.filter, askFilter, ["F"]));
  return entries;
}

/** Asks to undo the newest commit that can be; where there is none, History says why. */
async function undoCommit(): Promise<void> {
  await useHistory.getState().load();
  const record = lastOf(useHistory.getState().commits ?? []);
  if (record === undefined) useRoute.getState().go({ name: "history" });
  else useRoute.getState().askUndo({ commit: record.id, applied: record.applied });
}
