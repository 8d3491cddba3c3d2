// Which of the installed programs show and compare files. Pure.
import type { Application, Tools } from "../../../protocol/src/bridge.js";

/** Programs that compare two files named one after the other, the best known first. */
const COMPARE = [
  "org.gnome.Meld.desktop",
  "org.gnome.meld.desktop",
  "meld.desktop",
  "org.kde.kdiff3.desktop",
  "kdiff3.desktop",
  "io.github.mightycreak.Diffuse.desktop",
  "diffuse.desktop",
  "org.kde.kompare.desktop",
  "xxdiff.desktop",
  "bcompare.desktop",
];

/** Returns the programs that a person can choose from. */
export function toolsOf(applications: readonly Application[]): Tools {
  const named = ({ id, name }: Application): { id: string; name: string } => ({ id, name });
  const compare = COMPARE.flatMap((id) => applications.filter((each) => each.id === id));
  return {
    viewers: applications.filter(({ terminal }) => !terminal).map(named),
    comparers: compare.map(named),
  };
}

/** Returns the chosen program for comparing, or the best there is. */
export function comparerOf(applications: readonly Application[], chosen: string): Application | undefined {
  const ids = [chosen, ...COMPARE];
  return ids.flatMap((id) => applications.filter((each) => each.id === id))[0];
}
