// The contract as plain data: every method, notification, error code and reason with its JSON Schema, for readers that have
// no zod. `protocol/generated/contract.json` is this, written by the test beside it (UPDATE=1).
import { z } from "zod";
import * as causes from "./cause.js";
import * as changes from "./change.js";
import * as commits from "./commit.js";
import * as contents from "./content.js";
import * as doctor from "./doctor.js";
import * as errors from "./errors.js";
import { methods, notifications, orders, PROTOCOL_VERSION } from "./rpc.js";
import * as sessions from "./session.js";

type JsonSchema = Record<string, unknown>;

export interface Contract {
  protocol: number;
  methods: Record<string, { params: JsonSchema; result: JsonSchema }>;
  notifications: Record<string, JsonSchema>;
  orders: Record<string, JsonSchema>;
  /** What more than one message holds; messages and these refer to it as `#/$defs/NAME`. */
  $defs: Record<string, JsonSchema>;
  errors: string[];
  reasons: string[];
  features: string[];
  gaps: string[];
  limits: string[];
  causes: string[];
  ways: string[];
}

/** A schema that has a name of its own is described once, under that name. */
function named(): z.core.$ZodRegistry<{ id?: string }> {
  const names = z.registry<{ id?: string }>();
  for (const room of [causes, changes, commits, contents, doctor, errors, sessions]) {
    for (const [id, schema] of Object.entries(room)) {
      if (schema instanceof z.ZodType) names.add(schema, { id });
    }
  }
  return names;
}

/** Returns the contract of this very source. */
export function makeContract(): Contract {
  const messages = new Map<string, z.ZodType>();
  for (const [name, { params, result }] of Object.entries(methods)) {
    messages.set(`${name} params`, params).set(`${name} result`, result);
  }
  for (const [name, schema] of Object.entries(notifications)) messages.set(`${name} told`, schema);
  for (const [name, schema] of Object.entries(orders)) messages.set(`${name} ordered`, schema);
  // As one document, so that there is one list of what has a name.
  const whole = z.toJSONSchema(z.object(Object.fromEntries(messages)), { metadata: named() });
  const schemaOf = (message: string) => whole.properties?.[message] as JsonSchema;
  return {
    protocol: PROTOCOL_VERSION,
    methods: Object.fromEntries(
      Object.keys(methods).map((name) => [
        name,
        { params: schemaOf(`${name} params`), result: schemaOf(`${name} result`) },
      ]),
    ),
    notifications: Object.fromEntries(
      Object.keys(notifications).map((name) => [name, schemaOf(`${name} told`)]),
    ),
    orders: Object.fromEntries(Object.keys(orders).map((name) => [name, schemaOf(`${name} ordered`)])),
    $defs: (whole.$defs ?? {}) as Record<string, JsonSchema>,
    errors: [...errors.ErrorCode.options],
    reasons: [...errors.ErrorReason.options],
    features: [...doctor.Feature.options],
    gaps: [...doctor.Gap.options],
    limits: causes.LimitCause.options.map(({ shape }) => shape.what.value),
    ways: [...doctor.GroupWay.options],
    causes: causes.SessionCause.options.map(({ shape }) => shape.what.value),
  };
}
