import { expect, it } from "vitest";
import { placeOf, protocolOf } from "./place-model.js";

it("writes places as people do", () => {
  expect(placeOf({ address: "203.0.113.7", port: 443 })).toBe("203.0.113.7:443");
  expect(placeOf({ address: "2001:db8::1", port: 80 })).toBe("[2001:db8::1]:80");
  expect(protocolOf({ protocol: "tcp" })).toBe("TCP");
  expect(protocolOf({ protocol: "other" })).toBe("");
});
