// What this machine can enforce, row by row, with the mend.
import { z } from "zod";

export const DoctorRow = z.object({
  feature: z.string(),
  status: z.enum(["full", "partial", "none"]),
  why: z.string().optional(),
  mend: z.string().optional(),
});
export type DoctorRow = z.infer<typeof DoctorRow>;
