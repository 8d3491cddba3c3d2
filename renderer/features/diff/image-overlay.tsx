// Two images on top of each other: one wiped away over the other, or only what differs between them.
import { useState, type ReactElement } from "react";
import type { SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { Skeleton } from "../../ui/skeleton.js";
import { ErrorPanel } from "../../ui/state-panel.js";
import { TEXTS } from "../../../texts/diff.js";
import { RefusedImage } from "./refused-image.js";
import { useImage } from "./use-image.js";
import styles from "./image-view.module.css";

interface ImageOverlayProps {
  session: string;
  path: PathRef;
  before: SideFacts;
  after: SideFacts;
  reading: number;
  mode: "swipe" | "difference";
}

export function ImageOverlay({
  session,
  path,
  before,
  after,
  reading,
  mode,
}: ImageOverlayProps): ReactElement {
  const left = useImage({ session, path, side: "before" }, before, reading);
  const right = useImage({ session, path, side: "after" }, after, reading);
  const [share, setShare] = useState(50);
  const [broken, setBroken] = useState("");
  for (const [side, facts] of [
    [left, before],
    [right, after],
  ] as const) {
    if (side.state === "error") return <ErrorPanel error={side.error} />;
    if (side.state === "refused") return <RefusedImage facts={facts} why={side.why} />;
  }
  if (left.state !== "ready" || right.state !== "ready") return <Skeleton label={TEXTS.loading} rows={3} />;
  if (broken === left.url || broken === right.url)
    return <RefusedImage facts={broken === left.url ? before : after} why={TEXTS.imageBrokenWhy} />;
  const wiped = mode === "swipe" ? { clipPath: `inset(0 0 0 ${share}%)` } : undefined;
  return (
    <div className={styles.overlay}>
      <div className={styles.stack} data-mode={mode}>
        <img src={left.url} alt={TEXTS.before} draggable={false} onError={() => setBroken(left.url)} />
        <img
          src={right.url}
          alt={TEXTS.after}
          draggable={false}
          style={wiped}
          onError={() => setBroken(right.url)}
        />
        {mode === "swipe" && (
          <span className={styles.edge} style={{ left: `${share}%` }} aria-hidden="true" />
        )}
      </div>
      {mode === "swipe" ? (
        <label className={styles.wipe}>
          <span>{TEXTS.before}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={share}
            aria-label={TEXTS.wipe}
            onChange={(event) => setShare(Number(event.target.value))}
          />
          <span>{TEXTS.after}</span>
        </label>
      ) : (
        <p className={styles.wipe}>{TEXTS.differenceWhy}</p>
      )}
    </div>
  );
}
