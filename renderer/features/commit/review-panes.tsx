// What a check has found, as lists to look through: where to decide, what goes, what stays. The change in hand beside.
import { useMemo, useState, type ReactElement } from "react";
import type { Session } from "../../../protocol/src/session.js";
import { formatCount } from "../../../texts/format.js";
import { Segmented } from "../../ui/segmented.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { useFeed } from "../changes/feed-store.js";
import { pathParts } from "../changes/path-parts.js";
import { useReview } from "../changes/review-store.js";
import { rememberChoice } from "../changes/selection-history.js";
import { choose } from "../changes/selection-model.js";
import { findNode, nodeParts, nodeRef } from "../changes/tree-model.js";
import { DetailPane } from "../diff/detail-pane.js";
import type { Review } from "./commit-model.js";
import { useCommit } from "./commit-store.js";
import { ConflictPanes } from "./conflict-panes.js";
import { PlanList } from "./plan-list.js";
import { type Plan, tagsOf } from "./plan-model.js";
import { TEXTS } from "../../../texts/commit.js";
import panes from "../../ui/panes.module.css";

type Part = "conflicts" | "goes" | "stays";

interface ReviewPanesProps {
  review: Review;
  /** What of the list goes and what stays. */
  plan: Plan;
  id: string;
  /** The session itself; undefined while the list has it not. */
  session: Session | undefined;
}

export function ReviewPanes({ review, plan, id, session }: ReviewPanesProps): ReactElement {
  const { conflicts, answers, aside } = review;
  const tree = useFeed((feed) => feed.tree);
  const [wish, setWish] = useState<Part | null>(null);
  const { answer, check, include } = useCommit.getState();
  const tags = useMemo(() => tagsOf(tree, aside, conflicts, answers), [tree, aside, conflicts, answers]);

  const parts: readonly { value: Part; label: string; count: number }[] = [
    { value: "conflicts", label: TEXTS.parts.conflicts, count: conflicts.length },
    { value: "goes", label: TEXTS.parts.goes, count: plan.goes.length },
    { value: "stays", label: TEXTS.parts.stays, count: plan.stays.length },
  ];
  const offered = parts.filter(({ value, count }) => count > 0 || value === "goes");
  const part = offered.find(({ value }) => value === wish)?.value ?? offered[0]?.value ?? "goes";
  const about = useMemo(() => ({ what: "commit", session: id }) as const, [id]);

  const { opened } = useReview.getState();
  const shown = opened === null ? undefined : findNode(tree, pathParts(opened));
  const show = (node: number): void => {
    useReview.getState().setCurrent(nodeParts(tree, node));
    useReview.getState().open(nodeRef(tree, node));
  };
  const toggle = (node: number): void => {
    if (plan.ignored.has(node)) {
      void include([nodeRef(tree, node)]);
      return;
    }
    rememberChoice();
    choose(tree, node, part === "stays");
    useFeed.getState().touch();
    void check();
  };
  const tagOf = (node: number): string | undefined => {
    if (plan.ignored.has(node)) return TEXTS.tags.ignored;
    const tag = tags.get(node);
    if (tag === undefined) return undefined;
    if (tag.what === "joined") return TEXTS.tags.joined;
    return tag.answered ? TEXTS.tags.answered : TEXTS.tags.open;
  };
  return (
    <>
      {offered.length > 1 && (
        <Segmented
          label={TEXTS.partsLabel}
          options={offered.map(({ value, label, count }) => ({
            value,
            label: `${label} ${formatCount(count)}`,
          }))}
          value={part}
          onChange={setWish}
        />
      )}
      {part === "conflicts" ? (
        <ConflictPanes
          about={about}
          conflicts={conflicts}
          answers={answers}
          onAnswer={answer}
          onIgnored={() => void check()}
        />
      ) : (
        <div className={panes.panes}>
          <div className={panes.left}>
            {plan[part].length === 0 ? (
              <EmptyPanel icon="check" title={TEXTS.nothingGoes}>
                {TEXTS.nothingGoesWhy}
              </EmptyPanel>
            ) : (
              <PlanList
                key={part}
                tree={tree}
                nodes={plan[part]}
                shown={shown}
                label={part === "goes" ? TEXTS.parts.goes : TEXTS.parts.stays}
                chosen={part === "goes"}
                tagOf={tagOf}
                onToggle={toggle}
                onShow={show}
              />
            )}
          </div>
          <div className={panes.right}>
            {session !== undefined && <DetailPane session={session} mayDiscard={false} />}
          </div>
        </div>
      )}
    </>
  );
}
