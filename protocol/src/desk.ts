// What a person adds to a session: edited files and notes. And what a virus scanner says of it.
import { z } from "zod";
import { PathRef } from "./path.js";

/** A file's new content (base64), with size and time of the session's version that the person changed. */
export const Edit = PathRef.extend({
  session: z.string().min(1),
  content: z.base64(),
  size: z.number().int().min(0),
  mtime: z.string(),
});
export type Edit = z.infer<typeof Edit>;

/** Without a path, a note is on the session itself. */
const Place = PathRef.partial();
export const Note = Place.extend({ text: z.string(), time: z.string() });
export type Note = z.infer<typeof Note>;
export const Notes = z.object({ notes: z.array(Note) });

/** An empty text takes the note away. */
export const NoteRequest = Place.extend({ session: z.string().min(1), text: z.string().max(4096) });
export type NoteRequest = z.infer<typeof NoteRequest>;

export const Finding = PathRef.extend({ name: z.string() });
export type Finding = z.infer<typeof Finding>;

/** `skipped` counts files that are too large, or packed too deep, to be looked at as a whole, `cut` findings that are not told. */
export const Viruses = z.object({
  files: z.number().int().min(0),
  skipped: z.number().int().min(0),
  findings: z.array(Finding),
  cut: z.number().int().min(0),
});
export type Viruses = z.infer<typeof Viruses>;
