import { describe, expect, it } from "vitest";
import { readDetours, readPorts } from "./network-model.js";

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

describe("detours", () => {
  it("are pairs of places", () => {
    expect(readDetours(" ")).toEqual([]);
    expect(readDetours("db.example:5432=localhost:5433, [2001:db8::1]:80=[::1]:8080")).toEqual([
      { from: { host: "db.example", port: 5432 }, to: { host: "localhost", port: 5433 } },
      { from: { host: "2001:db8::1", port: 80 }, to: { host: "::1", port: 8080 } },
    ]);
  });

  it("say which part means nothing", () => {
    for (const wrong of ["a:1", "a:1=b", "=b:1", ":1=b:1", "a:1=b:0", "a:1=b:2=c:3", "::1:1=b:1"]) {
      expect(readDetours(`a:1=b:1 ${wrong}`), wrong).toEqual({ wrong });
    }
  });
});
