// What this machine can enforce, row by row, with the mend.
import { z } from "zod";

export const DoctorRow = z.object({
  feature: z.string(),
  /** One of many rows of its kind: a mounted disk, a place where changes are limited, devices that a machine may lack. */
  topic: z.enum(["disk", "place", "device"]).optional(),
  status: z.enum(["full", "partial", "none"]),
  why: z.string().optional(),
  mend: z.string().optional(),
});
export type DoctorRow = z.infer<typeof DoctorRow>;
