// Why a session is limited or stands as it does, as data: `what`, and its facts.
import { z } from "zod";
import { SeeError } from "./errors.js";

const what = <const W extends string>(name: W): z.ZodObject<{ what: z.ZodLiteral<W> }> =>
  z.object({ what: z.literal(name) });

/** Why programs inside cannot do at a place what their user could natively. */
export const LimitCause = z.discriminatedUnion("what", [
  what("unlayered-kind").extend({ kind: z.string() }), // a file system of a kind that takes no layer: read-only
  what("file-alone"), // a file that is a mount of its own, or lies beside mounts: read-only
  what("other-disk"), // another file system is there than when the session began: read-only
  what("disk-gone"), // its file system is not mounted now; what the session changed there is kept
  what("seen-later"), // a hidden place: what the machine makes there later can be read inside
  what("mounts-below"), // folders right in it can be neither renamed nor removed
  what("no-layer").extend({ error: SeeError }), // the kernel refused one: read-only
  what("unmapped"), // ids cannot be shifted there: read-only, and all in it is nobody's
  what("unshifted-root"), // because of it ids cannot be shifted: root inside has the number of the machine's
  what("other-group"), // nothing can be made or changed there: it is of another group than the user's first one
  what("little-room"), // less is free there than was to stay free
  what("no-device").extend({ device: z.enum(["gpu", "sound", "camera"]) }), // the machine has none of this kind now
  what("no-display").extend({ error: SeeError }), // the session goes on without its display, or its clipboard
  what("clipboard-ended"), // it is shared no longer, though nobody asked for that
  what("network-off").extend({ error: SeeError }), // though nobody asked for that
  what("record-lacks").extend({ error: SeeError }), // it may lack what left by the network
]);
export type LimitCause = z.infer<typeof LimitCause>;

/** Why a session ended, or stands, as it does. */
export const SessionCause = z.discriminatedUnion("what", [
  what("failed").extend({ error: SeeError }), // it could not be made, or not be led to its end
  what("overrun"), // at a limit of disk space nothing held its programs, so they were ended
  what("unheeded"), // it was asked to stop, and killed because it did not
  what("killed-early"), // its supervisor was killed before it was ready
  what("killed"), // its supervisor was killed, and its programs with it
  what("not-removed").extend({ error: SeeError }), // it is over; what it wrote will be removed at the next start
  what("commit-waits").extend({ commit: z.string(), error: SeeError }), // a commit or an undo was cut off and waits
]);
export type SessionCause = z.infer<typeof SessionCause>;
