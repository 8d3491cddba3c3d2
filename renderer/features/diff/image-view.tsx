// Images before and after, side by side. The bytes become a blob: the page never opens a path.
import { useState, type ReactElement } from "react";
import type { Description, Side, SideFacts } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { Button } from "../../ui/button.js";
import { formatBytes } from "../../../texts/format.js";
import { Segmented } from "../../ui/segmented.js";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import { useDetail } from "./detail-store.js";
import { ImageOverlay } from "./image-overlay.js";
import { TEXTS } from "../../../texts/diff.js";
import { RefusedImage } from "./refused-image.js";
import { ShowInstead } from "./show-instead.js";
import { useImage } from "./use-image.js";
import { imageLimit, imageLoading, isDrawing, isImage, viewInstead } from "./view-model.js";
import { ViewBar } from "../../ui/view-bar.js";
import view from "../../ui/view.module.css";
import styles from "./image-view.module.css";

interface ImageViewProps {
  session: string;
  path: PathRef;
  description: Description;
  reading: number;
}

export function ImageView(props: ImageViewProps): ReactElement {
  const { before, after } = props.description;
  const mode = useDetail((state) => state.images);
  // Asked for once, an image is loaded; the next one is asked for anew.
  const key = pathKey(props.path);
  const sides = (
    <div className={styles.sides}>
      {before !== undefined && <ImageSide key={`before ${key}`} {...props} side="before" facts={before} />}
      {after !== undefined && <ImageSide key={`after ${key}`} {...props} side="after" facts={after} />}
    </div>
  );
  if (before === undefined || after === undefined || !isSmallImage(before) || !isSmallImage(after))
    return sides;
  return (
    <div className={view.view}>
      <ViewBar
        end={
          <Segmented
            label={TEXTS.layout}
            options={[
              { value: "sides", label: TEXTS.split },
              { value: "swipe", label: TEXTS.swipe },
              { value: "difference", label: TEXTS.difference },
            ]}
            value={mode}
            onChange={useDetail.getState().setImages}
          />
        }
      />
      {mode === "sides" ? (
        sides
      ) : (
        <ImageOverlay
          key={key}
          session={props.session}
          path={props.path}
          before={before}
          after={after}
          reading={props.reading}
          mode={mode}
        />
      )}
    </div>
  );
}

/** Two images at once are compared when both are loaded without asking. */
function isSmallImage(side: SideFacts): boolean {
  return isImage(side) && imageLoading(side) === "now";
}

function ImageSide(props: ImageViewProps & { side: Side; facts: SideFacts }): ReactElement {
  const { session, path, reading, side, facts } = props;
  const [asked, setAsked] = useState(false);
  const [dots, setDots] = useState("");
  const loading = imageLoading(facts);
  const image = isImage(facts);
  return (
    <section className={view.side} aria-label={side === "before" ? TEXTS.before : TEXTS.after}>
      <div className={view.label}>
        {side === "before" ? TEXTS.before : TEXTS.after} · {formatBytes(facts.size)}
        {dots !== "" && ` · ${dots}`}
        {isDrawing(facts) && ` · ${TEXTS.svg}`}
      </div>
      <div className={styles.stage}>
        {!image ? (
          <EmptyPanel icon="image" title={TEXTS.noContent} />
        ) : loading === "never" ? (
          <EmptyPanel
            icon="image"
            title={TEXTS.imageTooLarge(formatBytes(facts.size))}
            actions={<ShowInstead facts={facts} />}
          >
            {TEXTS.imageTooLargeWhy[viewInstead(facts)](formatBytes(imageLimit(facts)))}
          </EmptyPanel>
        ) : loading === "now" || asked ? (
          <Picture
            session={session}
            path={path}
            side={side}
            facts={facts}
            reading={reading}
            onDots={setDots}
          />
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
  /** Hears how many dots the picture has. */
  onDots: (dots: string) => void;
}

function Picture({ session, path, side, facts, reading, onDots }: PictureProps): ReactElement {
  const image = useImage({ session, path, side }, facts, reading);
  const [broken, setBroken] = useState<string | null>(null);
  if (image.state === "error") return <ErrorPanel error={image.error} />;
  if (image.state === "loading") return <Skeleton label={TEXTS.loading} rows={3} />;
  if (image.state === "refused") return <RefusedImage facts={facts} why={image.why} />;
  if (broken === image.url) return <RefusedImage facts={facts} why={TEXTS.imageBrokenWhy} />;
  const { url, size } = image;
  return (
    <img
      className={styles.image}
      src={url}
      alt={side === "before" ? TEXTS.before : TEXTS.after}
      draggable={false}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
        onDots(TEXTS.dots(size?.width ?? naturalWidth, size?.height ?? naturalHeight))
      }
      onError={() => setBroken(url)}
    />
  );
}
