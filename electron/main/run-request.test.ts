import { describe, expect, it } from "vitest";
import { withHome } from "./run-request.js";

describe("withHome", () => {
  it("runs at home what says nothing else", () => {
    expect(withHome({ command: ["ls"] }, "/home/$&")).toEqual({ command: ["ls"], cwd: "/home/$&" });
    expect(withHome({ command: ["ls"], cwd: "/" }, "/home/a").cwd).toBe("/");
  });

  it("knows the home of a hidden place", () => {
    const hide = ["~", "~/.ssh", "/a/~", "~other/x"].map((path) => ({ path }));
    const { policy } = withHome({ command: ["ls"], policy: { quota: 5, hide } }, "/home/$&");
    expect(policy?.hide?.map(({ path }) => path)).toEqual(["/home/$&", "/home/$&/.ssh", "/a/~", "~other/x"]);
    expect(policy?.quota).toBe(5);
  });
});
