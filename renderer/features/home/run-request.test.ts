import { describe, expect, it } from "vitest";
import { NO_CHOICES, runRequest } from "./run-request.js";

describe("runRequest", () => {
  it("asks for nothing that was not chosen", () => {
    expect(runRequest(["make"], null, NO_CHOICES)).toEqual({ command: ["make"] });
    expect(runRequest(["make"], null, { ...NO_CHOICES, name: "  ", lan: true })).toEqual({
      command: ["make"],
    });
  });

  it("asks for what was chosen", () => {
    expect(runRequest(["make"], "/src", { ...NO_CHOICES, name: " try ", asRoot: true })).toEqual({
      command: ["make"],
      cwd: "/src",
      name: "try",
      as: "root",
    });
    const redirect = [{ outside: 3080, inside: 80 }];
    expect(runRequest(["curl"], null, { ...NO_CHOICES, net: "web", lan: true, redirect }).policy).toEqual({
      net: "web",
      lan: true,
      redirect,
    });
  });
});
