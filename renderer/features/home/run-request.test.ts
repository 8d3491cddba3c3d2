import { describe, expect, it } from "vitest";
import { acceptable, NO_CHOICES, runRequest, UNCHOSEN, wrongFields, type Choices } from "./run-request.js";

const asked = (command: string[], cwd: string | null, choices: Readonly<Choices>) =>
  runRequest({ command, cwd, choices, accept: [] });

describe("runRequest", () => {
  it("asks for nothing that was not chosen", () => {
    const usual = { command: ["make"], policy: { display: "auto" } };
    expect(asked(["make"], null, NO_CHOICES)).toEqual(usual);
    expect(asked(["make"], null, { ...NO_CHOICES, name: "  ", hide: " \n", lan: true })).toEqual(usual);
  });

  it("asks for what was chosen", () => {
    const choices = {
      ...NO_CHOICES,
      name: " try ",
      asRoot: true,
      hide: "~/.ssh\n\n /srv/keys ",
      quota: "2 GB",
      memory: "512M",
      show: "~/.aws",
      floor: "10 GB",
      processes: " 64 ",
      clipboard: "in" as const,
      sound: true,
      reads: "lookups" as const,
      display: "nested" as const,
    };
    expect(asked(["make"], "/src", choices)).toEqual({
      command: ["make"],
      cwd: "/src",
      name: "try",
      as: "root",
      policy: {
        reads: "lookups",
        display: "nested",
        hide: [{ path: "~/.ssh" }, { path: "/srv/keys" }],
        quota: 2_000_000_000,
        memory: 512_000_000,
        show: [{ path: "~/.aws" }],
        floor: 10_000_000_000,
        processes: 64,
        clipboard: "in",
        devices: ["sound"],
      },
    });
    const redirect = [{ outside: 3080, inside: 80 }];
    expect(
      asked(["curl"], null, {
        ...NO_CHOICES,
        net: "web",
        lan: true,
        ports: "3080:80",
        detours: "db:5432=localhost:1",
      }).policy,
    ).toEqual({
      net: "web",
      lan: true,
      display: "auto",
      redirect,
      connect: [{ from: { host: "db", port: 5432 }, to: { host: "localhost", port: 1 } }],
    });
  });
});

describe("acceptable", () => {
  it("finds the promise that a run can do without, and asks for the run without it", () => {
    const refused = { code: "cannot-isolate", message: "", hint: "" } as const;
    expect(acceptable({ ...refused, facts: { promise: "memory" } })).toBe("memory");
    expect(acceptable({ ...refused, facts: { promise: "anything" } })).toBe(null);
    expect(acceptable(refused)).toBe(null);
    const wanted = { command: ["x"], cwd: null, choices: NO_CHOICES, accept: ["memory" as const] };
    expect(runRequest(wanted).policy?.accept).toEqual(["memory"]);
  });
});

describe("the user", () => {
  it("is who was named, or root", () => {
    const named = { ...NO_CHOICES, user: " www-data " };
    expect(asked(["id"], null, named).as).toBe("www-data");
    expect(asked(["id"], null, { ...named, asRoot: true }).as).toBe("root");
    expect(asked(["id"], null, NO_CHOICES)).not.toHaveProperty("as");
  });
});

describe("UNCHOSEN", () => {
  it("gives nothing", () => {
    const given = asked(["x"], null, { ...NO_CHOICES, quota: "1 GB", hide: "/a", ...UNCHOSEN });
    expect(given).toEqual({
      command: ["x"],
      policy: { display: "auto", quota: 1_000_000_000, hide: [{ path: "/a" }] },
    });
    expect(NO_CHOICES).toMatchObject(UNCHOSEN);
  });
});

describe("wrongFields", () => {
  it("finds what cannot be understood", () => {
    expect(wrongFields(NO_CHOICES)).toEqual([]);
    expect(wrongFields({ ...NO_CHOICES, hide: "/a\n~", quota: "1.5 GB" })).toEqual([]);
    expect(
      wrongFields({ ...NO_CHOICES, hide: "a/b", quota: "much", memory: "0", ports: "80", detours: "a" }),
    ).toEqual(["hide", "quota", "memory", "ports", "detours"]);
    for (const processes of ["7", "many", "-9", "1e3"]) {
      expect(wrongFields({ ...NO_CHOICES, show: "x", floor: "1 mile", processes })).toEqual([
        "show",
        "floor",
        "processes",
      ]);
    }
  });
});
