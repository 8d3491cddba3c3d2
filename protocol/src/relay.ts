// Commands of the helper's that run for an app which has not the rights to: a terminal of a session, or an export. Their bytes go
// over the connection that there is, so that nobody else can come by them.
import { z } from "zod";

const Cells = z.number().int().min(1).max(10_000);
const Relay = z.object({ relay: z.number().int().min(1) });

/**
 * What of a session: the terminal of its own program (or of another one that runs in it), a shell that looks at the machine
 * and the session, another program that is started in it; or all its changes, as an archive or as a patch.
 */
export const Shows = z.discriminatedUnion("shows", [
  z.object({ shows: z.literal("program"), number: z.number().int().min(0).optional() }),
  z.object({ shows: z.literal("inspection") }),
  z.object({
    shows: z.literal("started"),
    command: z.array(z.string()).min(1),
    cwd: z.string().optional(),
    env: z.record(z.string(), z.string()).optional(),
  }),
  z.object({ shows: z.literal("tar") }),
  z.object({ shows: z.literal("patch") }),
]);
export type Shows = z.infer<typeof Shows>;

export const OpenRelay = z.object({
  session: z.string().min(1),
  what: Shows,
  rows: Cells.optional(),
  cols: Cells.optional(),
});
export const RelayNumber = Relay;

/** Bytes that it shows, or that were typed: base64. */
export const RelayData = Relay.extend({ data: z.base64() });
export type RelayData = z.infer<typeof RelayData>;
/** How it ended (128+signal when a signal ended it), and what it said besides. */
export const RelayEnd = Relay.extend({ status: z.number().int(), said: z.string() });
export type RelayEnd = z.infer<typeof RelayEnd>;
export const RelayResize = Relay.extend({ rows: Cells, cols: Cells });
/** The reader has dealt with so many bytes: only so many are sent ahead. */
export const RelaySeen = Relay.extend({ count: z.number().int().min(0) });
