// The words of the settings and of the list of keys.
export const TEXTS = {
  title: "Settings",
  theme: "Look",
  system: "As the system",
  light: "Light",
  dark: "Dark",
  contrast: "High contrast and less motion follow the system's settings.",
  done: "Done",
  shortcuts: "Keyboard shortcuts",
  groups: [
    {
      title: "Everywhere",
      keys: [
        [["?"], "This list"],
        [["Ctrl", "B"], "Show or hide the sessions"],
        [["Ctrl", ","], "Settings"],
        [["Shift", "Tab", "Tab"], "Leave the terminal"],
      ],
    },
    {
      title: "Changes",
      keys: [
        [["↑", "↓"], "Go through the rows"],
        [["←", "→"], "Close or open a folder"],
        [["Home", "End"], "First or last row"],
        [["a … z"], "Go to a name"],
        [["Space"], "Put into the commit, or leave out"],
        [["Enter"], "Look at the change"],
        [["Del"], "Discard from the session"],
        [["[", "]"], "Last or next change"],
        [["F"], "Filter"],
        [["Ctrl", "Enter"], "Commit"],
      ],
    },
  ],
} as const;
