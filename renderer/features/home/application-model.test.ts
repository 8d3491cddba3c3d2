import { expect, it } from "vitest";
import { findApplications } from "./application-model.js";

const application = (name: string, comment?: string) => ({
  id: name,
  name,
  command: ["true"],
  terminal: false,
  ...(comment === undefined ? {} : { comment }),
});

it("finds applications by name and comment, in any case, in order", () => {
  const all = [
    application("Vim", "Edit text"),
    application("gedit"),
    application("Calculator", "Add and subtract"),
  ];
  const names = (search: string): string[] => findApplications(all, search).map(({ name }) => name);
  expect(names("")).toEqual(["Calculator", "gedit", "Vim"]);
  expect(names(" EDIT ")).toEqual(["gedit", "Vim"]);
  expect(names("none")).toEqual([]);
});
