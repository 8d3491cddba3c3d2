// Where changes come from beside the program: the package that owns each path, and when it was changed last.
import { z } from "zod";
import { PathRef } from "./path.js";

/** What became of a package: its record is the host's, only the session's, in both and different, or only the host's. */
export const PackageState = z.enum(["kept", "installed", "changed", "removed"]);
export type PackageState = z.infer<typeof PackageState>;

export const Package = z.object({ name: z.string(), state: PackageState });
export type Package = z.infer<typeof Package>;

/** One change: `package` is a place in the list of packages; `time` is when the session's object was changed last. */
export const Origin = PathRef.extend({
  package: z.number().int().min(0).optional(),
  time: z.string().optional(),
});
export type Origin = z.infer<typeof Origin>;

/** A page of a list, and by which number its next one is asked for. `packages` comes with the first one; `total` counts the rows of all. */
export const Origins = z.object({
  list: z.number().int().min(0),
  packages: z.array(Package),
  rows: z.array(Origin),
  total: z.number().int().min(0),
});
export type Origins = z.infer<typeof Origins>;
