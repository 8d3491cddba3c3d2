// Images before and after, side by side. The bytes become a blob: the page never opens a path.
import { useEffect, useState, type ReactElement } from "react";
import type { Description, Side, SideFacts } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { formatBytes } from "../../ui/format.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { useDetail } from "./detail-store.js";
import { TEXTS } from "./texts.js";
import { useContent } from "./use-content.js";
import { IMAGE_LIMIT, imageLoading } from "./view-model.js";
import styles from "./image-view.module.css";

interface ImageViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function ImageView(props: ImageViewProps): ReactElement {
  const { before, after } = props.description;
  // Asked for once, an image is loaded; the next one is asked for anew.
  const key = pathKey(props.path);
  return (
    <div className={styles.view}>
      {before !== undefined && <ImageSide key={`before ${key}`} {...props} side="before" facts={before} />}
      {after !== undefined && <ImageSide key={`after ${key}`} {...props} side="after" facts={after} />}
    </div>
  );
}

function ImageSide(props: ImageViewProps & { side: Side; facts: SideFacts }): ReactElement {
  const { session, path, reading, side, facts } = props;
  const [asked, setAsked] = useState(false);
  const loading = imageLoading(facts.size);
  const image = facts.type === "file" && facts.content === "image";
  return (
    <section className={styles.side} aria-label={side === "before" ? TEXTS.before : TEXTS.after}>
      <div className={styles.label}>
        {side === "before" ? TEXTS.before : TEXTS.after} · {formatBytes(facts.size)}
      </div>
      <div className={styles.stage}>
        {!image ? (
          <EmptyPanel icon="image" title={TEXTS.noContent} />
        ) : loading === "never" ? (
          <EmptyPanel
            icon="image"
            title={TEXTS.imageTooLarge(formatBytes(facts.size))}
            actions={<Button onClick={() => useDetail.getState().choose("hex")}>{TEXTS.showHex}</Button>}
          >
            {TEXTS.imageTooLargeWhy(formatBytes(IMAGE_LIMIT))}
          </EmptyPanel>
        ) : loading === "at once" || asked ? (
          <Picture session={session} path={path} side={side} facts={facts} reading={reading} />
        ) : (
          <EmptyPanel
            icon="image"
            title={TEXTS.imageLarge(formatBytes(facts.size))}
            actions={<Button onClick={() => setAsked(true)}>{TEXTS.imageLoad}</Button>}
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
