// The change in hand: where it is, what it is, and the views that can show it.
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import type { Description } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import type { Session } from "../../../protocol/src/session.js";
import { see } from "../../see.js";
import { useRoute } from "../../route-store.js";
import { Button, IconButton } from "../../ui/button.js";
import { cx } from "../../ui/cx.js";
import { displayPath, escapeText } from "../../ui/escape.js";
import { formatBytes } from "../../../texts/format.js";
import { Menu } from "../../ui/menu.js";
import { PathText } from "../../ui/path-text.js";
import { Segmented } from "../../ui/segmented.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { useFeed } from "../changes/feed-store.js";
import { KindMark } from "../changes/kind-mark.js";
import { KIND_WORDS, TYPE_WORDS } from "../../../texts/kinds.js";
import { pathParts } from "../changes/path-parts.js";
import { useReview } from "../changes/review-store.js";
import { findNode } from "../changes/tree-model.js";
import { ROOT, type Tree } from "../changes/tree.js";
import type { Maker } from "../changes/program-column.js";
import { CONFLICT_TEXTS } from "../../../texts/conflicts.js";
import { useLower } from "../network/lower-store.js";
import { NoteLine } from "../notes/note-line.js";
import { changeActions, filesOf } from "../review/actions.js";
import { useDiscard } from "../review/discard-store.js";
import { TEXTS as REVIEW_TEXTS } from "../../../texts/review.js";
import { Reasons } from "../review/reasons.js";
import { InsideView } from "../inside/inside-view.js";
import { PagesView } from "../pages/pages-view.js";
import { DetailsView } from "./details-view.js";
import { asking, detailKey, useDetail } from "./detail-store.js";
import { HexView } from "./hex-view.js";
import { ImageView } from "./image-view.js";
import { TextView } from "./text-view.js";
import { TEXTS, VIEW_WORDS } from "../../../texts/diff.js";
import { changeAt, changesAt, type OpenedChange, viewsOfChange } from "./opened-change.js";
import { pickView } from "./view-model.js";
import styles from "./detail-pane.module.css";

interface DetailPaneProps {
  session: Session;
  /** Whether parts can be thrown away here; of a session in which something runs they never can. */
  mayDiscard?: boolean;
}

export function DetailPane({ session, mayDiscard = true }: DetailPaneProps): ReactElement {
  const opened = useReview((state) => state.opened);
  const signature = useFeed((state) => (opened === null ? "" : signatureOf(state.tree, opened)));
  const isEmpty = useFeed(({ settled, tree }) => settled !== null && tree.total[ROOT] === 0);
  // Nothing is there to be chosen: the list says so.
  if (opened === null && isEmpty) return <EmptyPanel icon="file" title={TEXTS.noChange} />;
  if (opened === null) {
    return (
      <EmptyPanel icon="file" title={TEXTS.choose}>
        {TEXTS.chooseWhy}
      </EmptyPanel>
    );
  }
  return (
    <OpenedPane
      session={session.id}
      path={opened}
      signature={signature}
      mayDiscard={mayDiscard && session.state === "finished"}
    />
  );
}

interface OpenedPaneProps {
  session: string;
  path: PathRef;
  /** Whether parts of the session can be thrown away now: nothing runs in it. */
  mayDiscard: boolean;
  /** Changes whenever the tree has news about the path. */
  signature: string;
}

function OpenedPane({ session, path, signature, mayDiscard }: OpenedPaneProps): ReactElement {
  const { key, description, error, reading } = useDetail();
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the tree is changed in place; `signature` tells of it
  const change = useMemo(() => changeAt(useFeed.getState().tree, path), [path, signature]);
  // All is listed, and it is not there: nobody need ask the helper first.
  const isGone = useFeed(({ settled, reading: reads }) => settled !== null && !reads) && change === null;
  const wanted = detailKey(session, path);
  const paced = useRef<ReturnType<typeof asking>>(undefined);

  useEffect(() => {
    const made = asking(session, path);
    paced.current = made;
    return () => made.close();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `wanted` stands for the session and the path
  }, [wanted]);
  // What keeps changing is read all the same: news that come before an answer change nothing about it.
  useEffect(() => paced.current?.want(null), [wanted, signature]);

  const current = key === wanted;
  return (
    <section className={styles.pane} aria-label={TEXTS.pane}>
      <PaneHead
        path={path}
        change={change}
        description={current ? description : null}
        session={session}
        mayDiscard={mayDiscard}
        onDiscard={
          mayDiscard
            ? () => useDiscard.getState().ask(session, [path], changesAt(useFeed.getState().tree, path))
            : undefined
        }
      />
      {change !== null && <Reasons hints={change.hints} path={path} />}
      <NoteLine path={path} />
      <div className={styles.body}>
        {change === null && (isGone || (current && error?.code === "no-such-change")) ? (
          <EmptyPanel icon="check" title={TEXTS.gone}>
            {TEXTS.goneWhy}
          </EmptyPanel>
        ) : current && error !== null ? (
          <ErrorPanel
            error={error}
            actions={
              <Button onClick={() => void useDetail.getState().load(session, path)}>{TEXTS.retry}</Button>
            }
          />
        ) : !current || description === null ? (
          <Skeleton label={TEXTS.loading} />
        ) : (
          <View session={session} path={path} change={change} description={description} reading={reading} />
        )}
      </div>
    </section>
  );
}

interface PaneHeadProps {
  session: string;
  mayDiscard: boolean;
  onDiscard: (() => void) | undefined;
  path: PathRef;
  change: OpenedChange | null;
  description: Description | null;
}

function PaneHead({
  session,
  mayDiscard,
  path,
  change,
  description,
  onDiscard,
}: PaneHeadProps): ReactElement {
  const [copied, setCopied] = useState(false);
  const { wishes, alone, choose } = useDetail();
  const views = description === null ? null : viewsOfChange(change, description, path);
  const copy = async (): Promise<void> => {
    const outcome = await see.copyText(displayPath(path));
    setCopied(outcome.ok);
  };
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <header className={styles.head}>
      <div className={styles.line}>
        {change !== null && <KindMark kind={change.change} />}
        <h2 className={styles.where}>
          <PathText path={path} />
        </h2>
        <IconButton
          icon={copied ? "check" : "copy"}
          label={copied ? TEXTS.copied : TEXTS.copyPath}
          onClick={() => void copy()}
        />
        {change !== null && (
          <IconButton
            icon="hide"
            label={CONFLICT_TEXTS.ignoreMore}
            onClick={() => useRoute.getState().askIgnore(path)}
          />
        )}
        {change !== null && onDiscard !== undefined && (
          <IconButton icon="trash" label={REVIEW_TEXTS.discardThis} onClick={onDiscard} />
        )}
        {change !== null && (
          <Menu
            label={REVIEW_TEXTS.moreOf}
            items={changeActions({ session, path, files: filesOf(description), atRest: mayDiscard })}
          />
        )}
      </div>
      <div className={cx(styles.line, styles.facing)}>
        <span className={styles.about}>
          {change !== null && (
            <span className={styles.facts}>
              {KIND_WORDS[change.change]} · {TYPE_WORDS[change.type]}
              {change.type === "file" && ` · ${formatBytes(change.size)}`}
            </span>
          )}
          {change?.from !== undefined && (
            <span className={styles.from}>
              {TEXTS.from} <PathText path={change.from} beside={path} />
            </span>
          )}
          {change?.maker !== undefined && <MadeBy maker={change.maker} />}
        </span>
        {views !== null && (
          <Segmented
            label={TEXTS.views}
            options={views.offered.map((view) => ({ value: view, label: VIEW_WORDS[view] }))}
            value={pickView(views, wishes, alone)}
            onChange={choose}
          />
        )}
      </div>
    </header>
  );
}

/** Who made the change, and the way to its row in the record. */
function MadeBy({ maker: { program, run } }: { maker: Maker }): ReactElement {
  const name = escapeText(program);
  const short = name.slice(name.lastIndexOf("/") + 1);
  const isLinked = useLower((state) => state.session !== null) && run !== undefined;
  return (
    <span className={styles.maker} title={TEXTS.changedBy(name)}>
      {TEXTS.by}{" "}
      {!isLinked ? (
        short
      ) : (
        <button
          type="button"
          className={styles.link}
          aria-label={TEXTS.changedBy(name)}
          onClick={() => useLower.getState().showProgram(run)}
        >
          {short}
        </button>
      )}
    </span>
  );
}

interface ViewProps {
  session: string;
  path: PathRef;
  change: OpenedChange | null;
  description: Description;
  reading: number;
}

function View({ session, path, change, description, reading }: ViewProps): ReactElement {
  const { wishes, alone } = useDetail();
  const views = viewsOfChange(change, description, path);
  const props = { session, path, description, reading };
  switch (pickView(views, wishes, alone)) {
    case "pages":
      return <PagesView key={pathKey(path)} {...props} />;
    case "inside":
      return <InsideView key={pathKey(path)} {...props} />;
    case "text":
      return <TextView {...props} />;
    case "image":
      return <ImageView {...props} />;
    case "hex":
      return <HexView {...props} />;
    case "details":
      return <DetailsView description={description} maker={change?.maker} />;
  }
}

function signatureOf(tree: Tree, path: PathRef): string {
  const id = findNode(tree, pathParts(path));
  if (id === undefined) return "";
  return `${tree.kind[id]} ${tree.puts[id]}`;
}
