// Two texts side by side, wherever they come from: versions of a contested file, or the results of two sessions.
import { useMemo, type ReactElement } from "react";
import { Skeleton } from "../../ui/skeleton.js";
import { EmptyPanel, ErrorPanel } from "../../ui/state-panel.js";
import type { Bytes, Source } from "../diff/content-reader.js";
import { DiffTable } from "../diff/diff-table.js";
import { decodeText, guessEncoding } from "../diff/encoding-model.js";
import { PlainText } from "../diff/plain-text.js";
import { compare, sameness, showBoth } from "../diff/text-model.js";
import { TEXTS as DIFF_TEXTS } from "../../../texts/diff.js";
import { useContent } from "../diff/use-content.js";
import { formatBytes } from "../../../texts/format.js";
import { cx } from "../../ui/cx.js";
import view from "../../ui/view.module.css";
import styles from "../diff/text-view.module.css";
import { CONFLICT_TEXTS as TEXTS } from "../../../texts/conflicts.js";

/** Of each side, so much is compared. */
const BYTES = 1024 * 1024;

interface VersionDiffProps {
  /** null: there is nothing on that side. */
  left: Source | null;
  right: Source | null;
}

export function VersionDiff({ left, right }: VersionDiffProps): ReactElement {
  const before = useContent(left, 0, BYTES, 0);
  const after = useContent(right, 0, BYTES, 0);
  const result = useMemo(() => {
    if (before.state !== "ready" || after.state !== "ready") return null;
    const sides = [before.content ?? NOTHING, after.content ?? NOTHING] as const;
    if (sameness(...sides) === "same") return { same: true } as const;
    const text = ({ bytes }: Bytes): string => decodeText(bytes, guessEncoding(bytes));
    const [old, now] = showBoth(text(sides[0]), text(sides[1]));
    const whole = Math.max(...sides.map(({ size }) => size));
    const note = whole > BYTES ? DIFF_TEXTS.firstPart(formatBytes(BYTES), formatBytes(whole)) : "";
    return { same: false, compared: compare(old, now), old, now, note } as const;
  }, [before, after]);

  if (before.state === "error") return <ErrorPanel error={before.error} />;
  if (after.state === "error") return <ErrorPanel error={after.error} />;
  if (result === null) return <Skeleton label={DIFF_TEXTS.loading} rows={6} />;
  if (result.same) {
    return (
      <EmptyPanel icon="check" title={TEXTS.same}>
        {TEXTS.sameWhy}
      </EmptyPanel>
    );
  }
  const { compared, note } = result;
  if (compared.kind === "alike") {
    const title = note === "" ? DIFF_TEXTS.hiddenBytes : DIFF_TEXTS.sameStart(formatBytes(BYTES));
    return <EmptyPanel icon="file" title={title} />;
  }
  const isApart = compared.kind === "apart";
  const notes = [isApart ? DIFF_TEXTS.tooDifferent : "", note].filter((each) => each !== "");
  return (
    <div className={view.view}>
      {notes.length > 0 && (
        <p className={view.notes} role="note">
          {notes.join(" ")}
        </p>
      )}
      {isApart ? (
        <div className={cx(view.sides, styles.body)}>
          {[result.old, result.now].map((lines, side) => (
            <div key={side === 0 ? "left" : "right"} className={view.side}>
              <PlainText lines={lines} look={side === 0 ? "removed" : "added"} />
            </div>
          ))}
        </div>
      ) : (
        <div className={styles.body}>
          <DiffTable before={compared.before} after={compared.after} skipped={compared.skipped} split />
        </div>
      )}
    </div>
  );
}

const NOTHING: Bytes = { bytes: new Uint8Array(), size: 0 };
