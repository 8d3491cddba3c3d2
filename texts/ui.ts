// The words of what all screens share.
export const TEXTS = {
  close: "Close",
} as const;
