// The words of sessions that root's helper keeps: those with the whole machine.
export const TEXTS = {
  show: "Show the administrator's sessions",
  showWhy:
    "Sessions with the whole machine are kept apart from yours. An administrator's password is asked for.",
  asking: "Waiting for the password…",
  notShown: "The administrator's sessions cannot be shown",
  mark: "whole machine",
  markWhy: "The administrator's: it covers the whole machine, and what it commits may be anybody's.",
  rights: "Where it runs",
  whose: { own: "As you", administrators: "With the whole machine" },
  whoseWhy: {
    own: "The program changes what you could change, and nothing else. No password is asked for.",
    administrators:
      "The program can change the whole machine inside its session, as installers do. An administrator's password is asked for.",
  },
  installSo: "Run it with the whole machine",
  gone: "The administrator's helper is gone",
  again: "Ask for the password again",
} as const;
