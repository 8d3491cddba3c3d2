import { describe, expect, it } from "vitest";
import { NO_CHOICES, runRequest } from "./run-request.js";

describe("runRequest", () => {
  it("asks for nothing that was not chosen", () => {
    expect(runRequest(["make"], null, NO_CHOICES)).toEqual({ command: ["make"] });
    expect(runRequest(["make"], null, { name: "  ", asRoot: false })).toEqual({ command: ["make"] });
  });

  it("asks for what was chosen", () => {
    expect(runRequest(["make"], "/src", { name: " try ", asRoot: true })).toEqual({
      command: ["make"],
      cwd: "/src",
      name: "try",
      as: "root",
    });
  });
});
