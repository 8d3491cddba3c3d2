// A few lines drawn with a font of the session. The browser's own sanitizer reads the font, in the sandbox of the page.
import { useEffect, useState, type ReactElement } from "react";
import type { Side } from "../../../protocol/src/content.js";
import { pathKey, type PathRef } from "../../../protocol/src/path.js";
import { readBytes } from "../diff/content-reader.js";
import { TEXTS } from "../../../texts/inside.js";
import styles from "./inside-view.module.css";

const LIMIT = 32 * 1024 * 1024;
let made = 0;

export function FontSample({
  session,
  path,
  side,
  size,
}: {
  session: string;
  path: PathRef;
  side: Side;
  size: number;
}): ReactElement | null {
  const [family, setFamily] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const key = pathKey(path);
  useEffect(() => {
    if (size === 0 || size > LIMIT) return;
    const name = `sample-${++made}`;
    let face: FontFace | null = null;
    let left = false;
    const load = async (): Promise<void> => {
      const outcome = await readBytes({ session, path, side }, 0, size);
      if (!outcome.ok || left) return;
      face = new FontFace(name, outcome.value.bytes.buffer);
      document.fonts.add(face);
      try {
        await face.load();
        if (!left) setFamily(name);
      } catch {
        if (!left) setFailed(true);
      }
    };
    void load();
    return () => {
      left = true;
      if (face !== null) document.fonts.delete(face);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the path
  }, [session, key, side, size]);
  if (failed) return <p className={styles.sample}>{TEXTS.fontBroken}</p>;
  if (family === null) return null;
  return (
    <div className={styles.sample} style={{ fontFamily: family }} role="img" aria-label={TEXTS.fontSample}>
      {[14, 20, 32].map((fontSize) => (
        <p key={fontSize} style={{ fontSize, lineHeight: 1.4 }}>
          {TEXTS.pangram}
        </p>
      ))}
    </div>
  );
}
