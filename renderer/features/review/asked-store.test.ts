import { expect, it } from "vitest";
import { useAsked } from "./asked-store.js";

it("what comes while a file is edited waits until that is left", () => {
  const { ask, close } = useAsked.getState();
  const edit = { what: "edit", session: "a", path: { path: "/etc/a" } } as const;
  const exported = { what: "exported", form: "tar", file: "/tmp/a.tar" } as const;
  ask(edit);
  ask(exported);
  expect(useAsked.getState().asked[0]).toBe(edit);
  close();
  expect(useAsked.getState().asked).toEqual([exported]);
  close();
  expect(useAsked.getState().asked).toEqual([]);
});
