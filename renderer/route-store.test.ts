import { beforeEach, expect, it } from "vitest";
import { goOn, useRoute } from "./route-store.js";
import { useOpenDialogs } from "./ui/open-dialogs.js";

const route = useRoute.getState;
/** A dialog on the screen, whichever. */
const open = useOpenDialogs.getState().opened;
const soon = (): Promise<void> => Promise.resolve();

beforeEach(() => useRoute.setState(useRoute.getInitialState(), true));

it("takes nobody away from an open question, and goes there when it is left", async () => {
  route().go({ name: "session", session: "a" });
  route().show("commit");
  const left = open();
  route().visit({ name: "session", session: "b" });
  route().visit({ name: "history" }, { commit: "c", applied: 3 });
  expect(route()).toMatchObject({ screen: { session: "a" }, dialog: "commit", undo: null });
  // Another dialog in its place, as after a commit its undo, is an open question still.
  route().askUndo({ commit: "mine", applied: 1 });
  left();
  const undone = open();
  await soon();
  expect(route()).toMatchObject({ screen: { session: "a" }, dialog: "undo", undo: { commit: "mine" } });
  route().show(null);
  undone();
  await soon();
  const undo = { commit: "c", applied: 3 };
  expect(route()).toMatchObject({ screen: { name: "history" }, dialog: "undo", undo, later: null });
});

it("waits for a dialog that no route leads to: what is typed there stays", async () => {
  route().go({ name: "session", session: "a" });
  const left = open();
  route().visit({ name: "home" });
  expect(route().screen).toEqual({ name: "session", session: "a" });
  left();
  await soon();
  expect(route().screen).toEqual({ name: "home" });
});

it("goes at once where nothing is asked, and forgets where somebody wanted to go when the person goes elsewhere", async () => {
  route().visit({ name: "history" });
  expect(route().screen).toEqual({ name: "history" });
  route().visit({ name: "history" }, { commit: "c", applied: 3 });
  expect(route()).toMatchObject({ dialog: "undo", undo: { commit: "c" } });
  const left = open();
  route().visit({ name: "home" });
  route().go({ name: "session", session: "b" });
  left();
  await soon();
  expect(route().screen).toEqual({ name: "session", session: "b" });
});

it("forgets no question that waits, wherever the person goes meanwhile", async () => {
  route().show("palette");
  const left = open();
  const undo = { commit: "c", applied: 3 };
  route().visit({ name: "history" }, undo);
  route().go({ name: "home" });
  left();
  await soon();
  expect(route()).toMatchObject({ screen: { name: "history" }, dialog: "undo", undo, later: null });
});

it("goes on with the dialog in which something was begun, and takes none away that has come since", async () => {
  route().go({ name: "session", session: "a" });
  route().show("commit");
  let left = open();
  goOn(useRoute.getState(), { name: "session", session: "b" });
  expect(route()).toMatchObject({ screen: { session: "b" }, dialog: null });
  left();
  const from = useRoute.getState();
  route().show("commit");
  left = open();
  goOn(from, { name: "session", session: "c" });
  expect(route()).toMatchObject({ screen: { session: "b" }, dialog: "commit" });
  route().show(null);
  left();
  await soon();
  expect(route().screen).toEqual({ name: "session", session: "c" });
});
