// Commands of the helper's that run for us, because we have not the rights to: their bytes come over its connection. Knows no
// session and no terminal.
import type { RelayData, RelayEnd } from "../../../protocol/src/relay.js";
import type { Params } from "../../../protocol/src/rpc.js";
import type { RpcClient } from "./client.js";

/** What a relay tells; `seen` lets more bytes come. */
export interface RelayEvents {
  data(bytes: Buffer): void;
  end(status: number, said: string): void;
}

/** What can be told to it. One that has ended takes nothing, and that is no error. */
export interface Relay {
  write(text: string): void;
  resize(rows: number, cols: number): void;
  seen(count: number): void;
  close(): void;
}

/** Told when the helper goes, and the command with it. */
const GONE = 1;

/** How many bytes one message may carry in: what a person pastes can be longer than a line may be. */
const PIECE = 1024 * 1024;

function pieces(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / PIECE);
  return Array.from({ length: count }, (_, place) => bytes.subarray(place * PIECE, (place + 1) * PIECE));
}

export class Relays {
  readonly #open = new Map<number, RelayEvents>();
  /** What came before its relay's number was known here: both can come in one piece. */
  readonly #early = new Map<number, ((events: RelayEvents) => void)[]>();
  #opening = 0;

  async open(client: RpcClient, params: Params<"relays.open">, events: RelayEvents): Promise<Relay> {
    this.#opening += 1;
    let relay: number;
    try {
      ({ relay } = await client.request("relays.open", params).result);
    } finally {
      this.#opening -= 1;
    }
    this.#open.set(relay, events);
    const early = this.#early.get(relay) ?? [];
    if (this.#opening === 0) this.#early.clear();
    for (const tell of early) tell(events);
    return {
      write: (text) => {
        for (const piece of pieces(Buffer.from(text)))
          client.order("relay.input", { relay, data: piece.toString("base64") });
      },
      resize: (rows, cols) => client.order("relay.resize", { relay, rows, cols }),
      seen: (count) => client.order("relay.seen", { relay, count }),
      close: () => client.order("relay.close", { relay }),
    };
  }

  data({ relay, data }: RelayData): void {
    const bytes = Buffer.from(data, "base64");
    this.#tell(relay, (events) => events.data(bytes));
  }

  end({ relay, status, said }: RelayEnd): void {
    this.#tell(relay, (events) => {
      this.#open.delete(relay);
      events.end(status, said);
    });
  }

  /** The helper is gone. */
  endAll(): void {
    const all = [...this.#open.values()];
    this.#open.clear();
    this.#early.clear();
    for (const events of all) events.end(GONE, "");
  }

  #tell(relay: number, tell: (events: RelayEvents) => void): void {
    const events = this.#open.get(relay);
    if (events !== undefined) tell(events);
    else if (this.#opening > 0) this.#early.set(relay, [...(this.#early.get(relay) ?? []), tell]);
  }
}
