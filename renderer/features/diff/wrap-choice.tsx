// Whether long lines go on below their beginning: one choice for all texts, kept.
import type { ReactElement } from "react";
import { TEXTS } from "../../../texts/diff.js";
import view from "../../ui/view.module.css";
import { useSettings } from "../settings/settings-store.js";

export function WrapChoice(): ReactElement {
  const wrap = useSettings((state) => state.wrapLines);
  return (
    <label className={view.check}>
      <input
        type="checkbox"
        checked={wrap}
        onChange={(event) => useSettings.getState().setWrapLines(event.target.checked)}
      />
      {TEXTS.wrap}
    </label>
  );
}
