// The ignore list, to look at and to change.
import type { ReactElement } from "react";
import { ListEditor } from "../../ui/list-editor.js";
import { useIgnore } from "./ignore-store.js";
import { TEXTS } from "../../../texts/commit.js";

export function IgnoreEditor(): ReactElement {
  return <ListEditor list={useIgnore} texts={TEXTS.ignore} />;
}
