// Sets of choices by name: those that the app brings, and a person's own. Pure.
import type { Profile } from "../../../protocol/src/bridge.js";
import { PROFILES } from "../../../texts/home.js";
import { NO_CHOICES, picked, type Choices } from "./run-request.js";

const usual = (name: string): Profile => {
  const { name: _, ...choices } = NO_CHOICES;
  return { name, ...choices };
};

/** The profile that chooses nothing. */
export const USUAL = usual(PROFILES.usual);

/** The profile of documents that somebody else has made. */
export const DOCUMENT: Profile = {
  ...usual(PROFILES.document),
  quota: "500 MB",
  memory: "2 GB",
  reads: "lookups",
  display: "nested",
};

/** What the app brings. The order is that of the list. */
export const BUILT_IN: readonly Profile[] = [
  USUAL,
  { ...usual(PROFILES.installer), asRoot: true, quota: "20 GB" },
  DOCUMENT,
  { ...usual(PROFILES.upgrade), asRoot: true, net: "web", quota: "20 GB", reads: "lookups" },
];

/** Returns what a profile chooses on this machine: without privilege everybody runs as they are. */
export function choicesOf(profile: Profile, system: boolean): Omit<Choices, "name"> {
  const { name: _, ...choices } = profile;
  return { ...choices, asRoot: choices.asRoot && system, user: system ? choices.user : "" };
}

/** Returns the profile that chooses exactly this; null when there is none. */
export function matching(
  profiles: readonly Profile[],
  choices: Readonly<Choices>,
  system: boolean,
): Profile | null {
  const { name: _, ...wanted } = picked(choices);
  const keys = Object.keys(wanted) as (keyof typeof wanted)[];
  const fits = (profile: Profile): boolean => {
    const own = choicesOf(profile, system);
    return keys.every((key) => own[key] === wanted[key]);
  };
  return profiles.find(fits) ?? null;
}
