// Which applications a search finds. Pure.
import type { Application } from "../../../protocol/src/bridge.js";

/** Returns the applications that have the text in their name or comment, by name. */
export function findApplications(applications: readonly Application[], search: string): Application[] {
  const needle = search.trim().toLowerCase();
  return applications
    .filter(({ name, comment }) => `${name}\n${comment ?? ""}`.toLowerCase().includes(needle))
    .sort((a, b) => a.name.localeCompare(b.name));
}
