// What this machine can enforce, row by row, with the mend.
import { z } from "zod";
import { LimitCause } from "./cause.js";
import { SeeError } from "./errors.js";

/** The things that a machine can enforce. */
export const Feature = z.enum([
  "user-namespaces",
  "store",
  "whole-see",
  "shifted-ids",
  "nothing-got-out",
  "directory-renames",
  "other-owners",
  "processes",
  "network-off",
  "network-by-choice",
  "ipc-and-name",
  "control-groups",
  "call-filter",
  "crashes",
  "recorded",
  "handed-in",
  "freezing",
  "process-limit",
  "memory-limit",
  "account-limits",
  "own-display",
  "clipboard",
  "devices",
  "disk-commits",
  "place",
  "room-left-behind",
  "wall-files",
  "wall-processes",
  "wall-kernel",
  "wall-devices",
  "wall-sockets",
  "wall-network",
  "wall-hidden",
]);
export type Feature = z.infer<typeof Feature>;

/** Why one of them does not hold in full; `failed`: `error` says why. */
export const Gap = z.enum([
  "failed",
  "crashes-to-socket",
  "crashes-to-handler",
  "no-x11-tool",
  "no-x11-display",
  "display-refuses",
  "only-wayland",
  "no-device",
  "stops-by-signals",
  "no-process-groups",
  "processes-by-account",
  "no-memory-groups",
  "account-counts",
  "no-shift",
  "unmapped-place",
  "host-changed",
  "commit-copies",
  "place-limited",
  "renames-copy",
  "own-id-only",
  "unwritable-inside",
  "process-reached",
  "kernel-writable",
  "device-there",
  "device-made",
  "socket-by-path",
  "socket-by-name",
  "interface-there",
  "hidden-read",
  "hidden-fails",
  "hidden-written",
  "store-gone",
]);
export type Gap = z.infer<typeof Gap>;

/** How control groups can be had (fact `way`); the fact `type` is what to type or to set for that. */
export const GroupWay = z.enum(["scope", "manager", "root", "mount", "boot", "kernel", "container"]);
export type GroupWay = z.infer<typeof GroupWay>;

/** `feature`, `why` and `mend` are the words of the command line; the rest is for who has words of their own. */
export const DoctorRow = z.object({
  feature: z.string(),
  id: Feature.optional(),
  /** One of many rows of its kind: a mounted disk, a place where changes are limited, devices that a machine may lack. */
  topic: z.enum(["disk", "place", "device"]).optional(),
  status: z.enum(["full", "partial", "none"]),
  why: z.string().optional(),
  mend: z.string().optional(),
  gap: Gap.optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** With `place-limited`. */
  limit: LimitCause.optional(),
  error: SeeError.optional(),
});
export type DoctorRow = z.infer<typeof DoctorRow>;
