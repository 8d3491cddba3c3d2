// The ignore list, shared with the command line: the helper keeps it.
import { see } from "../../see.js";
import { createList } from "../../ui/list-store.js";

export const useIgnore = createList(
  () => see.ignored(),
  (patterns) => see.saveIgnored(patterns),
);
