// A few lines drawn with a font of the session. The browser's own sanitizer reads the font, in the sandbox of the page.
import { useEffect, useState, type ReactElement } from "react";
import type { Side } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { readBytes } from "../diff/content-reader.js";
import { usePaced } from "../diff/use-paced.js";
import { TEXTS } from "../../../texts/inside.js";
import styles from "./inside-view.module.css";

const LIMIT = 32 * 1024 * 1024;
let made = 0;

export function FontSample({
  session,
  path,
  side,
  size,
  reading,
}: {
  session: string;
  path: PathRef;
  side: Side;
  size: number;
  reading: number;
}): ReactElement | null {
  const [sample, setSample] = useState<FontFace | "broken" | null>(null);
  const key = pathKey(path);
  const [turn, ended] = usePaced(JSON.stringify([session, key, side]), reading);
  // A font is in the page until another one is shown, or none.
  useEffect(() => () => void (sample instanceof FontFace && document.fonts.delete(sample)), [sample]);
  useEffect(() => {
    if (size === 0 || size > LIMIT) {
      setSample(null);
      return ended();
    }
    let left = false;
    const load = async (): Promise<void> => {
      const outcome = await readBytes({ session, path, side }, 0, size);
      if (!outcome.ok || left) return;
      const face = new FontFace(`sample-${++made}`, outcome.value.bytes.buffer);
      const read = await face.load().catch(() => "broken" as const);
      if (left) return;
      if (read !== "broken") document.fonts.add(read);
      setSample(read);
    };
    void load().finally(() => {
      if (!left) ended();
    });
    return () => void (left = true);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the path, `turn` for the size
  }, [session, key, side, turn]);
  if (sample === "broken") return <p className={styles.sample}>{TEXTS.fontBroken}</p>;
  if (sample === null) return null;
  return (
    <div
      className={styles.sample}
      style={{ fontFamily: sample.family }}
      role="img"
      aria-label={TEXTS.fontSample}
    >
      {[14, 20, 32].map((fontSize) => (
        <p key={fontSize} style={{ fontSize, lineHeight: 1.4 }}>
          {TEXTS.pangram}
        </p>
      ))}
    </div>
  );
}
