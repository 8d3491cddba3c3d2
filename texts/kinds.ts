// The words for what a change can be.
import type { Aspect, ChangeKind, FileType } from "../protocol/src/change.js";

export const KIND_WORDS: Readonly<Record<ChangeKind, string>> = {
  created: "Created",
  modified: "Changed",
  deleted: "Deleted",
  renamed: "Renamed",
  replaced: "Replaced",
  linked: "Linked",
};

export const TYPE_WORDS: Readonly<Record<FileType, string>> = {
  file: "file",
  directory: "folder",
  symlink: "symbolic link",
  fifo: "named pipe",
  socket: "socket",
  device: "device",
};

/** What differs, in words, as a person would say it. */
export const ASPECT_WORDS: Readonly<Record<Aspect, string>> = {
  content: "content",
  mode: "permissions",
  owner: "owner",
  xattrs: "extended attributes",
  times: "times",
};

/** What was done, within a sentence. */
export const KIND_VERBS: Readonly<Record<ChangeKind, string>> = {
  created: "created",
  modified: "changed",
  deleted: "deleted",
  renamed: "renamed",
  replaced: "replaced",
  linked: "linked",
};
