// In the place of an image that cannot be drawn: why, and the way to its bytes.
import type { ReactElement } from "react";
import { TEXTS } from "../../../texts/diff.js";
import { Button } from "../../ui/button.js";
import { escapeText } from "../../ui/escape.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { useDetail } from "./detail-store.js";

export function RefusedImage({ why }: { why: string }): ReactElement {
  return (
    <EmptyPanel
      icon="image"
      title={TEXTS.imageBroken}
      actions={<Button onClick={() => useDetail.getState().choose("hex")}>{TEXTS.showHex}</Button>}
    >
      {escapeText(why)}
    </EmptyPanel>
  );
}
