// The record of a session: what its programs tried, and what became of it.
import { z } from "zod";

/**
 * One try with the network; equal ones are told once, by the first. For `bind` the address is where it served.
 * `verdict` is the policy's: it stayed inside, could leave, could not, or went `instead` to another place.
 */
export const NetworkTry = z.object({
  time: z.string(),
  action: z.enum(["bind", "connect", "send"]),
  protocol: z.enum(["tcp", "udp", "other"]),
  address: z.string(),
  port: z.number().int().min(0).max(65535),
  verdict: z.enum(["local", "allowed", "refused", "redirected"]),
  instead: z.string().optional(),
  program: z.string(),
});
export type NetworkTry = z.infer<typeof NetworkTry>;

/** `complete` is false when there was more than could be recorded. */
export const SessionLog = z.object({ network: z.array(NetworkTry), complete: z.boolean() });
export type SessionLog = z.infer<typeof SessionLog>;
