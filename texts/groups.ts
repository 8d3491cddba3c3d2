// The words of grouped changes.
export const TEXTS = {
  label: "Group by",
  by: {
    place: "Place",
    package: "Package",
    program: "Program",
    kind: "Kind",
    time: "Time",
  },
  noPackage: "Of no package",
  noProgram: "By an unknown program",
  noTime: "At an unknown time",
  states: {
    kept: "",
    installed: "installed here",
    changed: "another version",
    removed: "removed here",
  },
  looking: "Looking where the changes come from",
  again: "Try again",
  groupBy: (what: string): string => `Group changes by ${what.toLowerCase()}`,
} as const;
