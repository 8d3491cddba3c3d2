// The left pane of a session: what changed in one sentence, the filter, the tree, and the decision.
import { useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { useRoute } from "../../route-store.js";
import { Button } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { formatCount } from "../../../texts/format.js";
import { Menu } from "../../ui/menu.js";
import { isDialogOpen } from "../../ui/open-dialogs.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { useDiscard } from "../review/discard-store.js";
import { TEXTS as REVIEW_TEXTS } from "../../../texts/review.js";
import { NoteLine } from "../notes/note-line.js";
import { useNotes } from "../notes/notes-store.js";
import { sessionActions } from "../review/actions.js";
import { VirusBar } from "../viruses/virus-bar.js";
import { NeedsLook } from "../review/needs-look.js";
import { StoryLine } from "../review/story-line.js";
import { useHelper } from "../run/helper-store.js";
import { canDecide, endWords, hasFailed, isLive, isOpen } from "../run/session-model.js";
import { useSessions } from "../run/sessions-store.js";
import { GroupingNote } from "../groups/group-by.js";
import { ChangeTree } from "./change-tree.js";
import { courseOf, type Course } from "./course-model.js";
import type { Settled } from "./feed-reader.js";
import { useFeed } from "./feed-store.js";
import { FilterBar } from "./filter-bar.js";
import { NO_FILTER } from "./filter-model.js";
import { leftOut } from "./selection-model.js";
import { useReview } from "./review-store.js";
import { summarySentence } from "./summary-model.js";
import { TEXTS } from "../../../texts/changes.js";
import { UnlistedNote } from "./unlisted-note.js";
import { showNeighbour } from "./tree-actions.js";
import { ROOT } from "./tree.js";
import { useOutline, type View } from "./use-outline.js";
import styles from "./changes-pane.module.css";

export function ChangesPane({ session, width }: { session: Session; width: number }): ReactElement {
  const view = useOutline();
  const { tree, outline } = view;
  const { settled, reading, error } = useFeed();
  const filter = useRef<HTMLInputElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const live = isLive(session);
  // Without the helper nothing new is told: what is listed may be true no longer.
  const told = useHelper((state) => state.status.state === "ready");
  const changing = live && told && session.frozen === undefined;
  const total = tree.total[ROOT]!;
  const loading = settled === null && total === 0;
  const isWhole = settled !== null && !settled.live && !reading && error === null && isAllListed(settled);

  const asked = useReview((state) => state.filterAsked);
  useEffect(() => {
    if (asked > 0) filter.current?.focus();
  }, [asked]);
  const focusTree = useCallback(() => body.current?.querySelector<HTMLElement>('[role="tree"]')?.focus(), []);
  usePaneKeys(view, filter);
  useEffect(() => void useNotes.getState().load(session.id), [session.id]);

  return (
    <section className={styles.pane} style={{ width }} aria-label={TEXTS.pane}>
      <div className={styles.head}>
        <h2 className={styles.summary} aria-live="off" title={total > 0 ? summarySentence(tree) : undefined}>
          {total > 0 ? summarySentence(tree) : TEXTS.pane}
        </h2>
        {total > 0 && <Menu label={REVIEW_TEXTS.sessionMore} items={sessionActions(session)} />}
      </div>
      {total > 0 && <StoryLine view={view} />}
      <div className={styles.band}>
        <NoteLine path={null} />
      </div>
      {total > 0 && <NeedsLook tree={tree} />}
      <div className={styles.band}>
        <VirusBar session={session.id} />
      </div>
      {total > 0 && (
        <FilterBar
          session={session.id}
          tree={tree}
          matches={view.matches}
          readOnly={!isOpen(session)}
          input={filter}
          onLeave={focusTree}
        />
      )}
      <UnlistedNote settled={settled} />
      <GroupingNote />
      <div ref={body} className={styles.body}>
        {error !== null ? (
          <ErrorPanel
            error={error}
            actions={<Button onClick={() => useFeed.getState().retry()}>{TEXTS.retry}</Button>}
          />
        ) : loading ? (
          <Skeleton label={TEXTS.loading} rows={9} />
        ) : total === 0 ? (
          <NothingPanel session={session} live={live} />
        ) : outline.length === 0 ? (
          <EmptyPanel
            icon="search"
            title={TEXTS.noMatch}
            actions={
              <Button onClick={() => useReview.getState().setFilter(NO_FILTER)}>{TEXTS.showAll}</Button>
            }
          />
        ) : (
          <ChangeTree view={view} readOnly={!isOpen(session)} mayDiscard={session.state === "finished"} />
        )}
      </div>
      {isOpen(session) && (
        <Decision
          session={session}
          total={total}
          course={total === 0 ? null : courseOf(session, { settled, reading, error, changing })}
          chosen={tree.chosen[ROOT]!}
          counted={settled !== null}
          stale={error !== null || !told}
          nothing={isWhole && told && total === 0}
        />
      )}
    </section>
  );
}

/** Nothing was changed: calm where that is what the program wanted, and a way to what it said where it failed. */
function NothingPanel({ session, live }: { session: Session; live: boolean }): ReactElement {
  if (live)
    return (
      <EmptyPanel icon="clock" title={TEXTS.nothingYet}>
        {TEXTS.nothingYetWhy}
      </EmptyPanel>
    );
  const end = endWords(session);
  const failed = end !== undefined && hasFailed(session);
  return (
    <EmptyPanel icon={failed ? "alert" : "check"} title={TEXTS.nothing}>
      {failed ? TEXTS.nothingFailed(end) : TEXTS.nothingWhy}
    </EmptyPanel>
  );
}

function Decision({
  session,
  total,
  course,
  chosen,
  counted,
  stale,
  nothing,
}: {
  session: Session;
  total: number;
  course: Course | null;
  chosen: number;
  /** Whether the list was whole at least once: the number of a part says nothing. */
  counted: boolean;
  /** What is listed may be true no longer: it cannot be committed, only thrown away. */
  stale: boolean;
  /** The whole list is known, and it is empty. */
  nothing: boolean;
}): ReactElement {
  const { go, show } = useRoute.getState();
  const busy = !canDecide(session);
  // Nothing to keep and nothing to lose: there is nothing to ask either.
  const [leaving, setLeaving] = useState(false);
  const leave = async (): Promise<void> => {
    setLeaving(true);
    const outcome = await useSessions.getState().abort(session.id);
    setLeaving(false);
    // Who has gone elsewhere meanwhile stays there.
    const { screen } = useRoute.getState();
    if (screen.name !== "session" || screen.session !== session.id || isDialogOpen()) return;
    if (outcome.ok) go({ name: "home" });
    else show("abort");
  };
  if (nothing && session.state === "finished") {
    return (
      <div className={styles.foot}>
        <Button look="primary" disabled={leaving} onClick={() => void leave()}>
          {TEXTS.nothingDone}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.foot}>
      {course !== null && (
        <span className={cx(styles.badge, course.stands && styles.still)} title={course.why}>
          {course.word}
        </span>
      )}
      <span className={styles.spacer} />
      {session.state === "finished" && counted && chosen < total && (
        <Button
          look="quiet"
          onClick={() =>
            useDiscard.getState().ask(session.id, leftOut(useFeed.getState().tree), total - chosen)
          }
        >
          {REVIEW_TEXTS.discardOut(formatCount(total - chosen))}
        </Button>
      )}
      <Button disabled={busy} onClick={() => show("abort")}>
        {TEXTS.abort}
      </Button>
      <Button
        look={session.frozen === undefined ? "primary" : "plain"}
        disabled={busy || stale || chosen === 0}
        onClick={() => show("commit")}
      >
        {!counted || chosen === 0
          ? TEXTS.commitUncounted
          : chosen === total
            ? TEXTS.commit(formatCount(chosen))
            : TEXTS.commitOf(formatCount(chosen), formatCount(total))}
      </Button>
    </div>
  );
}

function isAllListed({ unlisted, unlisted_more: more }: Settled): boolean {
  return (unlisted?.length ?? 0) === 0 && (more ?? 0) === 0;
}

/** Keys that work wherever the focus is in a session, unless something is being typed. */
function usePaneKeys(view: View, filter: React.RefObject<HTMLInputElement | null>): void {
  const latest = useRef(view);
  latest.current = view;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target as Element;
      if (target.closest("input, textarea, select, dialog, .xterm") !== null) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "f" || event.key === "/") {
        filter.current?.focus();
        filter.current?.select();
      } else if (event.key === "]" || event.key === "[") {
        showNeighbour(latest.current, event.key === "]" ? 1 : -1);
      } else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [filter]);
}
