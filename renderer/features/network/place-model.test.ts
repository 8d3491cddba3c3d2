import { expect, it } from "vitest";
import { isLookup, isNothing, placeOf, protocolOf } from "./place-model.js";

it("writes places as people do", () => {
  expect(placeOf({ address: "203.0.113.7", port: 443 })).toBe("203.0.113.7:443");
  expect(placeOf({ address: "2001:db8::1", port: 80 })).toBe("[2001:db8::1]:80");
  expect(protocolOf({ protocol: "tcp" })).toBe("TCP");
  expect(protocolOf({ protocol: "other" })).toBe("");
});

it("what reaches for nothing, and what looks up a name", () => {
  expect(isNothing({ address: "0.0.0.0", port: 0 }) && isNothing({ address: "::", port: 0 })).toBe(true);
  expect(isNothing({ address: "0.0.0.0", port: 80 }) || isNothing({ address: "10.0.0.1", port: 0 })).toBe(
    false,
  );
  expect(isLookup({ action: "send", port: 53 })).toBe(true);
  expect(isLookup({ action: "bind", port: 53 })).toBe(false);
});
