import { beforeEach, expect, it } from "vitest";
import { useRoute } from "./route-store.js";

const route = useRoute.getState;

beforeEach(() => useRoute.setState(useRoute.getInitialState(), true));

it("takes nobody away from an open question, and goes there when it is left", () => {
  route().go({ name: "session", session: "a" });
  route().show("commit");
  route().visit({ name: "history" });
  expect(route()).toMatchObject({ screen: { session: "a" }, dialog: "commit" });
  route().askUndo({ commit: "c", applied: 3 });
  expect(route()).toMatchObject({
    screen: { session: "a" },
    dialog: "undo",
    undo: { commit: "c", applied: 3 },
  });
  route().show(null);
  expect(route()).toMatchObject({ screen: { name: "history" }, dialog: null, undo: null, later: null });
});

it("goes at once where nothing is asked, and forgets where somebody wanted to go when the person goes elsewhere", () => {
  route().visit({ name: "history" });
  expect(route().screen).toEqual({ name: "history" });
  route().show("settings");
  route().visit({ name: "home" });
  route().go({ name: "session", session: "b" });
  route().show("settings");
  route().show(null);
  expect(route().screen).toEqual({ name: "session", session: "b" });
});
