import { expect, test } from "vitest";
import type { RpcClient } from "./client.js";
import { LINE_LIMIT } from "./framing.js";
import { Relays } from "./relays.js";

test("what is pasted comes in whole, in lines that the helper takes", async () => {
  const sent: string[] = [];
  const client = {
    request: () => ({ id: 1, result: Promise.resolve({ relay: 7 }) }),
    order: (_name: string, { data }: { data: string }) => void sent.push(data),
  } as unknown as RpcClient;
  const events = { data: () => undefined, end: () => undefined };
  const relay = await new Relays().open(client, { session: "s", what: { shows: "program" } }, events);
  const text = "a€".repeat(4 * 1024 * 1024);
  relay.write(text);
  expect(Math.max(...sent.map((data) => data.length))).toBeLessThan(LINE_LIMIT / 2);
  expect(Buffer.concat(sent.map((data) => Buffer.from(data, "base64"))).toString() === text).toBe(true);
});
