// A connection to the person's message bus: calls, and the signals that were asked for. Knows no program on the bus.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { callBytes, type Head, lengthOf, type Message, MESSAGE, readMessage, Writer } from "./wire.js";

const BUS = {
  destination: "org.freedesktop.DBus",
  path: "/org/freedesktop/DBus",
  interface: "org.freedesktop.DBus",
} as const;

/** How long who is asked may take, in milliseconds: as long as other programs on the bus wait, who may have to be started. */
export const PATIENCE = 25_000;
const late = (): Error => new Error("The message bus, or who was asked on it, did not answer.");

interface Waiting {
  /** Ends the connection when no answer comes. */
  deadline: NodeJS.Timeout;
  answered(message: Message): void;
  failed(error: Error): void;
}

export interface BusEvents {
  /** A signal that was asked for by `listen`, or that somebody sent to us alone. */
  signal(message: Message): void;
  /** It is over, once. */
  ended(): void;
}

/** Returns where the bus of this environment listens; null: it has none that we can reach. */
export function busPlace(environment: Readonly<Record<string, string | undefined>>): string | null {
  const runtime = environment["XDG_RUNTIME_DIR"];
  const addresses = environment["DBUS_SESSION_BUS_ADDRESS"] || (runtime ? `unix:path=${runtime}/bus` : "");
  for (const address of addresses.split(";")) {
    const [, kind, value] = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(address) ?? [];
    if (value === undefined) continue;
    const path = decode(value);
    return kind === "abstract" ? `\0${path}` : path;
  }
  return null;
}

/** Undoes the escapes of an address. */
function decode(value: string): string {
  return value.replaceAll(/%([0-9a-fA-F]{2})/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

export class Bus {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #events: BusEvents;
  #serial = 0;
  #rest: Buffer = Buffer.alloc(0);
  /** Why it is over; null while it is not. */
  #end: Error | null = null;

  private constructor(socket: Socket, events: BusEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("error", (error) => this.#over(error));
    socket.on("close", () => this.#over(new Error("The message bus has closed the connection.")));
  }

  /** Connects, says who we are, and takes a name. */
  static async open(place: string, events: BusEvents): Promise<Bus> {
    const socket = connect(place);
    const gone = new AbortController();
    socket.once("close", () => gone.abort(new Error("The message bus has closed the connection.")));
    const deadline = setTimeout(() => gone.abort(late()), PATIENCE);
    try {
      await once(socket, "connect", { signal: gone.signal });
      await introduce(socket, gone.signal);
    } catch (error) {
      socket.destroy();
      throw gone.signal.aborted ? gone.signal.reason : error;
    } finally {
      clearTimeout(deadline);
    }
    const bus = new Bus(socket, events);
    try {
      await bus.call({ ...BUS, member: "Hello" });
    } catch (error) {
      bus.close();
      throw error;
    }
    return bus;
  }

  /** Asks for the signals that fit a rule. */
  async listen(rule: string): Promise<void> {
    await this.call({ ...BUS, member: "AddMatch", signature: "s" }, new Writer().text(rule));
  }

  /** Calls somebody, and returns the answer; without one in time the connection is over. */
  call(head: Head, body: Writer = new Writer()): Promise<Message> {
    if (this.#end !== null) return Promise.reject(this.#end);
    this.#serial += 1;
    const serial = this.#serial;
    return new Promise((answered, failed) => {
      const deadline = setTimeout(() => this.#over(late()), PATIENCE);
      this.#waiting.set(serial, { answered, failed, deadline });
      this.#socket.write(callBytes(serial, head, body));
    });
  }

  close(): void {
    this.#over(new Error("The connection to the message bus was closed."));
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    this.#orOver(() => {
      for (let length = lengthOf(this.#rest); length !== null; length = lengthOf(this.#rest)) {
        if (this.#rest.length < length) return;
        const message = readMessage(this.#rest.subarray(0, length));
        this.#rest = this.#rest.subarray(length);
        this.#hear(message);
      }
    });
  }

  /** Who cannot make sense of what came ends this connection, and not the app. */
  #orOver(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.#over(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #hear(message: Message): void {
    const { type, head } = message;
    // After who waits for the answer before it, which may be what the signal is about.
    if (type === MESSAGE.signal) {
      queueMicrotask(() => this.#orOver(() => this.#events.signal(message)));
      return;
    }
    if (type !== MESSAGE.answer && type !== MESSAGE.error) return;
    const serial = head.replyTo ?? 0;
    const waiting = this.#waiting.get(serial);
    if (waiting === undefined) return;
    // Read first: when this throws, who waits is still there to be told.
    const why = type === MESSAGE.error && head.signature?.startsWith("s") === true ? message.body.text() : "";
    this.#waiting.delete(serial);
    clearTimeout(waiting.deadline);
    if (type === MESSAGE.answer) waiting.answered(message);
    else waiting.failed(new Error(`${head.error ?? ""}: ${why}`));
  }

  #over(error: Error): void {
    if (this.#end !== null) return;
    this.#end = error;
    this.#socket.destroy();
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.deadline);
      waiting.failed(error);
    }
    this.#waiting.clear();
    this.#events.ended();
  }
}

/** Tells the bus who we are; the kernel tells it that this is true. */
async function introduce(socket: Socket, signal: AbortSignal): Promise<void> {
  const user = Buffer.from(String(process.getuid?.() ?? 0), "latin1").toString("hex");
  // oxlint-disable-next-line alcatraz/words-in-texts -- the specification's own words
  socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
  let said = "";
  while (!said.includes("\r\n")) {
    const [bytes] = (await once(socket, "data", { signal })) as [Buffer];
    said += bytes.toString("latin1");
    if (said.length > 4096) break;
  }
  if (!said.startsWith("OK ")) throw new Error(`The message bus refused: ${said.trim()}`);
  socket.write("BEGIN\r\n");
}
