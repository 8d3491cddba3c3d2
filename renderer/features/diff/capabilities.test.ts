import { expect, test } from "vitest";
import { decodeBase64 } from "../../ui/escape.js";
import { capabilityWords } from "./capabilities.js";

test("what setcap writes is told in words", () => {
  // setcap cap_setuid,cap_net_raw+ep; cap_net_bind_service+p; the same of another user's root
  expect(capabilityWords(decodeBase64("AQAAAoAgAAAAAAAAAAAAAAAAAAA="))).toBe(
    "become any user, read raw network traffic",
  );
  expect(capabilityWords(decodeBase64("AAAAAgAEAAAAAAAAAAAAAAAAAAA="))).toBe(
    "on request: serve on low ports",
  );
  expect(capabilityWords(decodeBase64("AQAAA4AgAAAAAAAAAAAAAAAAAADoAwAA"))).toBe(
    "become any user, read raw network traffic",
  );
});

test("what is none is not", () => {
  for (const bytes of [[], [1, 0, 0, 2], Array(20).fill(255), [1, 0, 0, 2, ...Array(16).fill(0)]])
    expect(capabilityWords(Uint8Array.from(bytes as number[]))).toBeNull();
});
