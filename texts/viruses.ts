// The words of a look by ClamAV.
export const TEXTS = {
  scan: "Look for viruses (ClamAV)",
  title: "ClamAV",
  looking: "ClamAV looks at the files of this session…",
  cancel: "Cancel",
  close: "Close",
  again: "Try again",
  clean: (files: string): string => `ClamAV found nothing in ${files}. That is no promise.`,
  found: (n: string, files: string): string => `ClamAV found something in ${n} of ${files}:`,
  skipped: (n: string): string =>
    `${n} were not looked at, or not as a whole: larger than 512 MB, or packed too deep.`,
  cut: (n: string): string => `${n} more are not listed.`,
  reason: (name: string): string => `ClamAV takes it for ${name}.`,
} as const;
