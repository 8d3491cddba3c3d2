// Images before and after, side by side. The bytes become a blob: the page never opens a path.
import { useEffect, useState, type ReactElement } from "react";
import type { Description, Side, SideFacts } from "../../../protocol/src/content.js";
import type { PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { formatBytes } from "../../ui/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { TEXTS } from "./texts.js";
import { useContent } from "./use-content.js";
import styles from "./image-view.module.css";

/** Larger images are loaded only when asked for. */
const LOADED_BYTES = 16 * 1024 * 1024;

interface ImageViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function ImageView(props: ImageViewProps): ReactElement {
  const { before, after } = props.description;
  return (
    <div className={styles.view}>
      {before !== undefined && <ImageSide {...props} side="before" facts={before} />}
      {after !== undefined && <ImageSide {...props} side="after" facts={after} />}
    </div>
  );
}

function ImageSide(props: ImageViewProps & { side: Side; facts: SideFacts }): ReactElement {
  const { session, path, reading, side, facts } = props;
  const [wanted, setWanted] = useState(facts.size <= LOADED_BYTES);
  const image = facts.type === "file" && facts.content === "image";
  return (
    <section className={styles.side} aria-label={side === "before" ? TEXTS.before : TEXTS.after}>
      <div className={styles.label}>
        {side === "before" ? TEXTS.before : TEXTS.after} · {formatBytes(facts.size)}
      </div>
      <div className={styles.stage}>
        {!image ? (
          <EmptyPanel icon="image" title={TEXTS.noContent} />
        ) : wanted ? (
          <Picture session={session} path={path} side={side} facts={facts} reading={reading} />
        ) : (
          <EmptyPanel
            icon="image"
            title={TEXTS.imageLarge(formatBytes(facts.size))}
            actions={<Button onClick={() => setWanted(true)}>{TEXTS.imageLoad}</Button>}
          >
            {TEXTS.imageLargeWhy}
          </EmptyPanel>
        )}
      </div>
    </section>
  );
}

interface PictureProps {
  session: string;
  path: PathRef;
  side: Side;
  facts: SideFacts;
  reading: number;
}

function Picture({ session, path, side, facts, reading }: PictureProps): ReactElement {
  const content = useContent({ session, path, side }, 0, facts.size, reading);
  const [broken, setBroken] = useState<string | null>(null);
  const bytes = content.state === "ready" ? content.content?.bytes : undefined;
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (bytes === undefined) return;
    const made = URL.createObjectURL(new Blob([bytes], { type: facts.mime ?? "image/png" }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, facts.mime]);

  if (content.state === "error") return <ErrorPanel error={content.error} />;
  if (url === null) return <Skeleton label={TEXTS.loading} rows={3} />;
  if (broken === url) {
    return (
      <EmptyPanel icon="image" title={TEXTS.imageBroken}>
        {TEXTS.imageBrokenWhy}
      </EmptyPanel>
    );
  }
  return (
    <img
      className={styles.image}
      src={url}
      alt={side === "before" ? TEXTS.before : TEXTS.after}
      draggable={false}
      onError={() => setBroken(url)}
    />
  );
}
