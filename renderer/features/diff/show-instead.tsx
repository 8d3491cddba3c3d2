// The way from an image that cannot be drawn to the view that can show it: the text of a drawing, the bytes of dots.
import type { ReactElement } from "react";
import type { SideFacts } from "../../../protocol/src/content.js";
import { TEXTS } from "../../../texts/diff.js";
import { Button } from "../../ui/button.js";
import { useDetail } from "./detail-store.js";
import { viewInstead } from "./view-model.js";

export function ShowInstead({ facts }: { facts: SideFacts }): ReactElement {
  const view = viewInstead(facts);
  return (
    <Button onClick={() => useDetail.getState().showAlone(view)}>
      {view === "text" ? TEXTS.showText : TEXTS.showHex}
    </Button>
  );
}
