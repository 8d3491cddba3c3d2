// What ClamAV says of the session in hand. Held until another session is looked at.
import { create } from "zustand";
import type { Finding, Viruses } from "../../../protocol/src/desk.js";
import type { SeeError } from "../../../protocol/src/errors.js";
import { pathKey } from "../../../protocol/src/path.js";
import { nextTicket, see } from "../../see.js";

interface VirusState {
  session: string | null;
  ticket: number | null;
  result: Viruses | null;
  /** What was found, by path. */
  names: ReadonlyMap<string, string>;
  error: SeeError | null;
  scan: (session: string) => Promise<void>;
  cancel: () => void;
  close: () => void;
}

const NOTHING = { ticket: null, result: null, names: new Map<string, string>(), error: null };

export const useViruses = create<VirusState>((set, get) => ({
  session: null,
  ...NOTHING,
  scan: async (session) => {
    const ticket = nextTicket();
    set({ session, ...NOTHING, ticket });
    const outcome = await see.viruses(session, ticket);
    // Another scan was begun meanwhile, or this one was given up.
    if (get().ticket !== ticket) return;
    if (!outcome.ok) set({ ...NOTHING, error: outcome.error });
    else set({ ...NOTHING, result: outcome.value, names: byPath(outcome.value.findings) });
  },
  cancel: () => {
    const { ticket } = get();
    if (ticket !== null) void see.cancel(ticket);
    set(NOTHING);
  },
  close: () => set(NOTHING),
}));

function byPath(findings: readonly Finding[]): Map<string, string> {
  return new Map(
    findings.map(({ path, path_bytes, name }) => [
      pathKey(path_bytes === undefined ? { path } : { path, path_bytes }),
      name,
    ]),
  );
}
