// Which side of a change is shown, where only one is at a time.
import type { ReactElement } from "react";
import type { Side } from "../../../protocol/src/content.js";
import { Segmented } from "../../ui/segmented.js";
import { TEXTS } from "../../../texts/diff.js";

export function SideChoice({ side, onSide }: { side: Side; onSide: (side: Side) => void }): ReactElement {
  return (
    <Segmented<Side>
      label={TEXTS.side}
      options={[
        { value: "before", label: TEXTS.before },
        { value: "after", label: TEXTS.after },
      ]}
      value={side}
      onChange={onSide}
    />
  );
}
