// The contract as plain data: every method, notification, error code and reason with its JSON Schema, for readers that have
// no zod. `protocol/generated/contract.json` is this, written by the test beside it (UPDATE=1).
import { z } from "zod";
import { LimitCause, SessionCause } from "./cause.js";
import { Feature, Gap, GroupWay } from "./doctor.js";
import { ErrorCode, ErrorReason } from "./errors.js";
import { Cancel, methods, notifications, PROTOCOL_VERSION } from "./rpc.js";

type JsonSchema = Record<string, unknown>;

export interface Contract {
  protocol: number;
  methods: Record<string, { params: JsonSchema; result: JsonSchema }>;
  notifications: Record<string, JsonSchema>;
  cancel: JsonSchema;
  errors: string[];
  reasons: string[];
  features: string[];
  gaps: string[];
  limits: string[];
  causes: string[];
  ways: string[];
}

function describe(schema: z.ZodType): JsonSchema {
  // Which draft of JSON Schema it is would be said a hundred times over.
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema);
  return rest;
}

/** Returns the contract of this very source. */
export function makeContract(): Contract {
  return {
    protocol: PROTOCOL_VERSION,
    methods: Object.fromEntries(
      Object.entries(methods).map(([name, { params, result }]) => [
        name,
        { params: describe(params), result: describe(result) },
      ]),
    ),
    notifications: Object.fromEntries(
      Object.entries(notifications).map(([name, schema]) => [name, describe(schema)]),
    ),
    cancel: describe(Cancel),
    errors: [...ErrorCode.options],
    reasons: [...ErrorReason.options],
    features: [...Feature.options],
    gaps: [...Gap.options],
    limits: LimitCause.options.map(({ shape }) => shape.what.value),
    ways: [...GroupWay.options],
    causes: SessionCause.options.map(({ shape }) => shape.what.value),
  };
}
