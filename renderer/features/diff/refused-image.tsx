// In the place of an image that cannot be drawn: why, and the way to its text or its bytes.
import type { ReactElement } from "react";
import type { SideFacts } from "../../../protocol/src/content.js";
import { TEXTS } from "../../../texts/diff.js";
import { escapeText } from "../../ui/escape.js";
import { EmptyPanel } from "../../ui/state-panel.js";
import { ShowInstead } from "./show-instead.js";

export function RefusedImage({ facts, why }: { facts: SideFacts; why: string }): ReactElement {
  return (
    <EmptyPanel icon="image" title={TEXTS.imageBroken} actions={<ShowInstead facts={facts} />}>
      {escapeText(why)}
    </EmptyPanel>
  );
}
