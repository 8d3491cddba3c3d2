// Every golden example parses by its schema with nothing left over, and every part of the contract has an example.
// The Rust side reads the same files.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LimitCause, SessionCause } from "./cause.js";
import { ErrorCode } from "./errors.js";
import { methods, NotificationEnvelope, notifications, orders, Reply, Request } from "./rpc.js";

const ROOM = new URL("../golden/", import.meta.url);

const MethodName = z.enum(Object.keys(methods) as (keyof typeof methods)[]);
const NotificationName = z.enum(Object.keys(notifications) as (keyof typeof notifications)[]);
const OrderName = z.enum(Object.keys(orders) as (keyof typeof orders)[]);
const Golden = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("request"), method: MethodName, message: Request }),
  z.strictObject({ kind: z.literal("result"), method: MethodName, message: z.unknown() }),
  z.strictObject({ kind: z.literal("error"), method: MethodName.optional(), message: z.unknown() }),
  z.strictObject({
    kind: z.literal("notification"),
    method: NotificationName,
    message: NotificationEnvelope,
  }),
  z.strictObject({ kind: z.literal("order"), method: OrderName, message: NotificationEnvelope }),
]);
type Golden = z.infer<typeof Golden>;

const files = readdirSync(ROOM).filter((name) => name.endsWith(".json"));
const goldens = files.flatMap((file) => {
  const entries: unknown[] = z
    .array(z.unknown())
    .parse(JSON.parse(readFileSync(new URL(file, ROOM), "utf8")));
  return entries.map((entry, index) => ({ name: `${file}[${index}]`, entry }));
});

/** Parses, and fails when the schema does not know all that is there. */
function whole(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.parse(value);
  expect(parsed).toEqual(value);
  return parsed;
}

function parseGolden(entry: unknown): Golden {
  const golden = Golden.parse(entry);
  switch (golden.kind) {
    case "request":
      whole(Request, golden.message);
      expect(golden.message.method).toBe(golden.method);
      whole(methods[golden.method].params, golden.message.params);
      break;
    case "result": {
      const reply = Reply.parse(whole(Reply, golden.message));
      if (!("result" in reply)) throw new Error("a result without a result");
      whole(methods[golden.method].result, reply.result);
      break;
    }
    case "error": {
      const reply = Reply.parse(whole(Reply, golden.message));
      if (!("error" in reply)) throw new Error("an error without an error");
      break;
    }
    case "notification":
      whole(NotificationEnvelope, golden.message);
      expect(golden.message.method).toBe(golden.method);
      whole(notifications[golden.method], golden.message.params);
      break;
    case "order":
      expect(golden.message.method).toBe(golden.method);
      whole(orders[golden.method], golden.message.params);
      break;
  }
  return golden;
}

test.each(goldens)("$name parses with nothing left over", ({ entry }) => {
  parseGolden(entry);
});

describe("the examples cover", () => {
  const parsed = goldens.map(({ entry }) => Golden.parse(entry));
  const has = (kind: Golden["kind"], method: string): boolean =>
    parsed.some((golden) => golden.kind === kind && "method" in golden && golden.method === method);

  test.each(MethodName.options)("request and result of %s", (method) => {
    expect(has("request", method)).toBe(true);
    expect(has("result", method)).toBe(true);
  });

  test.each(NotificationName.options)("notification %s", (name) => {
    expect(has("notification", name)).toBe(true);
  });

  test.each(OrderName.options)("order %s", (name) => {
    expect(has("order", name)).toBe(true);
  });

  test.each(ErrorCode.options)("error %s", (code) => {
    const codes = parsed.flatMap((golden) => {
      if (golden.kind !== "error") return [];
      const reply = Reply.parse(golden.message);
      return "error" in reply ? [reply.error.data.code] : [];
    });
    expect(codes).toContain(code);
  });

  const causes = [...LimitCause.options, ...SessionCause.options].map(({ shape }) => shape.what.value);
  test.each(causes)("cause %s", (what) => {
    expect(JSON.stringify(goldens)).toContain(`"what":"${what}"`);
  });
});

test("a key that the contract does not know is noticed", () => {
  const first = goldens.find(({ entry }) => Golden.parse(entry).kind === "request");
  const spoilt = structuredClone(first?.entry) as { message: { params: Record<string, unknown> } };
  spoilt.message.params["surprise"] = true;
  expect(() => parseGolden(spoilt)).toThrow();
});
