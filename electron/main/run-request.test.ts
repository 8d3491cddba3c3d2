import { describe, expect, it } from "vitest";
import { completed } from "./run-request.js";

describe("completed", () => {
  it("runs at home what says nothing else", () => {
    expect(completed({ command: ["ls"] }, "/home/$&", {})).toEqual({ command: ["ls"], cwd: "/home/$&" });
    expect(completed({ command: ["ls"], cwd: "/" }, "/home/a", {}).cwd).toBe("/");
  });

  it("knows the home of a hidden place", () => {
    const hide = ["~", "~/.ssh", "/a/~", "~other/x"].map((path) => ({ path }));
    const show = [{ path: "~/.aws" }];
    const { policy } = completed({ command: ["ls"], policy: { quota: 5, hide, show } }, "/home/$&", {});
    expect(policy?.show).toEqual([{ path: "/home/$&/.aws" }]);
    expect(policy?.hide?.map(({ path }) => path)).toEqual(["/home/$&", "/home/$&/.ssh", "/a/~", "~other/x"]);
    expect(policy?.quota).toBe(5);
  });

  it("tells where the display is, to whom it was asked for", () => {
    const environment = { DISPLAY: ":3", XAUTHORITY: undefined, XDG_RUNTIME_DIR: "/run/me", SECRET: "x" };
    expect(completed({ command: ["ls"], policy: { display: "nested" } }, "/", environment).env).toEqual({
      DISPLAY: ":3",
      XDG_RUNTIME_DIR: "/run/me",
    });
    expect(completed({ command: ["ls"], policy: { display: "none" } }, "/", environment).env).toBeUndefined();
  });
});
