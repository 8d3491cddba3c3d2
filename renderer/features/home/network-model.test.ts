import { describe, expect, it } from "vitest";
import { readPorts } from "./network-model.js";

describe("ports", () => {
  it("are pairs, with an address before them when one is chosen", () => {
    expect(readPorts("")).toEqual([]);
    expect(readPorts(" 3080:80, 3443:443 ")).toEqual([
      { outside: 3080, inside: 80 },
      { outside: 3443, inside: 443 },
    ]);
    expect(readPorts("0.0.0.0:3080:80 [::]:3443:443")).toEqual([
      { address: "0.0.0.0", outside: 3080, inside: 80 },
      { address: "::", outside: 3443, inside: 443 },
    ]);
  });

  it("say which part means nothing", () => {
    for (const wrong of ["80", "80:", ":80", "0:80", "80:65536", "a:80", "host:80:80", "3080:80:1:2"]) {
      expect(readPorts(`3080:80 ${wrong}`), wrong).toEqual({ wrong });
    }
  });
});
