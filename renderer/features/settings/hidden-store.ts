// The places that every session finds empty, shared with the command line: the helper keeps them.
import { see } from "../../see.js";
import { createList } from "../../ui/list-store.js";

export const useAlwaysHidden = createList(
  () => see.alwaysHidden(),
  (places) => see.saveAlwaysHidden(places),
);
