// Notifications of the desktop, with buttons (Desktop Notifications Specification 1.2). Electron's own have none on Linux.
import { Bus, busPlace } from "./bus.js";
import { type Message, Writer } from "./wire.js";

const SERVER = {
  destination: "org.freedesktop.Notifications",
  path: "/org/freedesktop/Notifications",
  interface: "org.freedesktop.Notifications",
} as const;

/** The signals that are heard, and what they have to hold. */
const SIGNALS = new Map([
  ["ActionInvoked", "us"],
  ["NotificationClosed", "uu"],
]);
/** More that wait to be pressed than any screen shows; the oldest are forgotten first. */
const MOST = 100;
/** What a click on the notification itself is called. */
const CLICK = "default";

export interface Shown {
  title: string;
  body: string;
  /** The notification itself, or one of its buttons, by key, was pressed. */
  pressed: (key: string) => void;
  /** What a click on it does, and its buttons: words by key. */
  click: string;
  buttons: Readonly<Record<string, string>>;
}

export interface Sender {
  /** Our name, and the file of our icon. */
  name: string;
  icon: string;
}

export class DesktopNotifications {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #from: Sender;
  #bus: Promise<Bus> | null = null;
  /** By the server's numbers: what to do when one is pressed, and who may say so. */
  readonly #shown = new Map<number, { server: string; pressed: (key: string) => void }>();

  constructor(environment: Readonly<Record<string, string | undefined>>, from: Sender) {
    this.#environment = environment;
    this.#from = from;
  }

  /** Shows one; fails when this desktop shows none. */
  async show({ title, body, pressed, click, buttons }: Shown): Promise<void> {
    const bus = await this.#connect();
    // Asked each time: another server may have come. What knows no buttons may show their words as text.
    const told = await bus.call({ ...SERVER, member: "GetCapabilities" });
    const able = told.body.array(4, (names) => names.text()).includes("actions");
    const actions = able ? [CLICK, click, ...Object.entries(buttons).flat()] : [];
    const text = new Writer().text(this.#from.name).u32(0).text(this.#from.icon).text(title).text(body);
    text.array(4, (all) => actions.forEach((word) => all.text(word)));
    text.array(8, (hints) => hints.align(8).text("desktop-entry").signature("s").text("alcatraz"));
    // For as long as the desktop thinks right.
    text.u32(0xffff_ffff);
    const answer = await bus.call({ ...SERVER, member: "Notify", signature: "susssasa{sv}i" }, text);
    this.#shown.set(answer.body.u32(), { server: answer.head.sender ?? "", pressed });
    for (const id of [...this.#shown.keys()].slice(0, -MOST)) this.#shown.delete(id);
  }

  /** Returns the connection that is there, or a new one. */
  #connect(): Promise<Bus> {
    if (this.#bus !== null) return this.#bus;
    const opening = this.#open();
    this.#bus = opening;
    opening.catch(() => {
      // Its end may have been told already, and a new one be on its way.
      if (this.#bus === opening) this.#bus = null;
    });
    return opening;
  }

  async #open(): Promise<Bus> {
    const place = busPlace(this.#environment);
    if (place === null) throw new Error("There is no message bus to show it on.");
    const bus = await Bus.open(place, {
      signal: (message) => this.#hear(message),
      ended: () => {
        this.#bus = null;
        this.#shown.clear();
      },
    });
    try {
      await bus.listen(`type='signal',sender='${SERVER.destination}',interface='${SERVER.interface}'`);
    } catch (error) {
      bus.close();
      throw error;
    }
    return bus;
  }

  /** Any program on the bus can send us signals: only who showed one knows what became of it. */
  #hear({ head, body }: Message): void {
    if (head.interface !== SERVER.interface) return;
    if (![...this.#shown.values()].some(({ server }) => server === head.sender)) return;
    if (head.signature === undefined || SIGNALS.get(head.member ?? "") !== head.signature) return;
    const id = body.u32();
    const shown = this.#shown.get(id);
    if (shown === undefined || shown.server !== head.sender) return;
    this.#shown.delete(id);
    if (head.member === "ActionInvoked") shown.pressed(body.text());
  }
}
