// The message bus: a real one, and ones that say anything.
// oxlint-disable-next-line no-restricted-imports -- a bus of the test's own
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Bus, type BusEvents, busPlace, PATIENCE } from "./bus.js";
import { DesktopNotifications } from "./notifications.js";
import { callBytes, type Head, lengthOf, type Message, MESSAGE, readMessage, Writer } from "./wire.js";

const DBUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus" };
const NOTHING: BusEvents = { signal: () => undefined, ended: () => undefined };

let directory = "";
let daemon: ChildProcess | null = null;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), "alcatraz-bus-"))));
afterEach(async () => {
  if (daemon !== null && daemon.exitCode === null && daemon.signalCode === null) {
    const ended = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await ended;
  }
  daemon = null;
  await rm(directory, { recursive: true });
});

/** Starts a bus of the test's own, on which nothing is started by itself, and returns its address. */
async function start(): Promise<string> {
  const rules = join(directory, "bus.conf");
  await writeFile(
    rules,
    `<busconfig><type>session</type><listen>unix:path=${join(directory, "bus")}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>`,
  );
  const words = [`--config-file=${rules}`, "--nofork", "--print-address"];
  daemon = spawn("dbus-daemon", words, { stdio: ["ignore", "pipe", "ignore"] });
  if (daemon.stdout === null) throw new Error("A program without output.");
  for await (const line of createInterface(daemon.stdout)) return line;
  throw new Error("The message bus ended before it was ready.");
}

const placeOf = (address: string): string => {
  const place = busPlace({ DBUS_SESSION_BUS_ADDRESS: address });
  if (place === null) throw new Error(`No place: ${address}`);
  return place;
};

describe("a real bus", () => {
  test("answers calls, also long ones, and says what is wrong with one", async () => {
    const bus = await Bus.open(placeOf(await start()), NOTHING);
    const owner = (name: string): Promise<Message> =>
      bus.call(
        { ...DBUS, interface: DBUS.destination, member: "GetNameOwner", signature: "s" },
        new Writer().text(name),
      );
    expect((await owner(DBUS.destination)).body.text()).toBe(DBUS.destination);
    await expect(owner(`org.nobody.${"x".repeat(200)}`)).rejects.toThrow(/NameHasNoOwner/);
    const names = await bus.call({ ...DBUS, interface: DBUS.destination, member: "ListNames" });
    expect(names.body.array(4, (all) => all.text())).toContain(DBUS.destination);
    bus.close();
    await expect(owner(DBUS.destination)).rejects.toThrow(/closed/);
  });

  test("that ends is told, also to who calls afterwards", async () => {
    const address = await start();
    let over = (): void => undefined;
    const ended = new Promise<void>((done) => (over = done));
    const bus = await Bus.open(placeOf(address), { ...NOTHING, ended: () => over() });
    daemon?.kill("SIGTERM");
    await ended;
    await expect(bus.listen("type='signal'")).rejects.toThrow();
  });

  test("without who shows notifications: the reason is told", async () => {
    const environment = { DBUS_SESSION_BUS_ADDRESS: await start() };
    const desktop = new DesktopNotifications(environment, { name: "Alcatraz", icon: "" });
    const shown = desktop.show({
      title: "t",
      body: "b",
      click: "Show",
      buttons: {},
      pressed: () => undefined,
    });
    await expect(shown).rejects.toThrow(/ServiceUnknown/);
  });
});

describe("a bus that says anything", () => {
  const hello = (rest: Buffer) => (socket: Socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write("OK 1234\r\n");
      socket.once("data", () => socket.write(rest));
    });
  };
  const head = (fields: number, body: number): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.set([0x6c, 2, 0, 1]);
    bytes.writeUInt32LE(body, 4);
    bytes.writeUInt32LE(fields, 12);
    return bytes;
  };
  test.each([
    ["nothing that is a message", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["a message of 4 GB", head(0, 0xffff_ffff)],
    ["a head of 4 GB", head(0xffff_fff0, 0)],
    ["a head longer than it", Buffer.concat([head(8, 0), Buffer.from([1, 1, 0x6f, 0, 255, 255, 255, 0])])],
    ["a head of another kind", Buffer.concat([head(8, 0), Buffer.from([1, 1, 0x76, 0, 1, 0, 0, 0])])],
  ])("%s", async (_what, rest) => {
    const place = join(directory, "liar");
    const server = createServer(hello(rest)).listen(place);
    await once(server, "listening");
    await expect(Bus.open(place, NOTHING)).rejects.toThrow();
    server.close();
  });

  test("no, or goes at once", async () => {
    const place = join(directory, "rude");
    let answer = "REJECTED EXTERNAL\r\n";
    const server = createServer((socket) => socket.once("data", () => socket.end(answer))).listen(place);
    await once(server, "listening");
    await expect(Bus.open(place, NOTHING)).rejects.toThrow(/REJECTED/);
    answer = "";
    await expect(Bus.open(place, NOTHING)).rejects.toThrow();
    server.close();
  });
});

/** A promise, and what keeps it. */
function promised<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

type Say = (type: number, head: Head, body?: Writer) => void;

/** Starts a bus that answers each call like this, and returns its environment and when a connection has ended. */
async function speaks(answer: (call: Message, say: Say) => void) {
  const left = promised<void>();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("close", () => {
      left.resolve();
      server.close();
    });
    const say: Say = (type, head, body = new Writer()) => {
      const bytes = callBytes(1, head, body);
      bytes[1] = type;
      socket.write(bytes);
    };
    let rest: Buffer = Buffer.alloc(0);
    const take = (bytes: Buffer): void => {
      rest = Buffer.concat([rest, bytes]);
      for (let length = lengthOf(rest); length !== null && rest.length >= length; length = lengthOf(rest)) {
        const call = readMessage(rest.subarray(0, length));
        rest = rest.subarray(length);
        answer(call, say);
      }
    };
    socket.once("data", () => {
      socket.once("data", (bytes) => {
        socket.on("data", take);
        take(bytes.subarray("BEGIN\r\n".length));
      });
      socket.write("OK 1234\r\n");
    });
  }).listen(join(directory, "speaks"));
  await once(server, "listening");
  const place = join(directory, "speaks");
  return { place, environment: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${place}` }, left: left.promise };
}

describe("a bus of our own", () => {
  const NOTE = { title: "t", body: "b", click: "Show", buttons: {} };
  const SIGNAL = { interface: "org.freedesktop.Notifications", path: "/" };
  const server = ":1.5";

  test("signals that are empty, short or from others change nothing", async () => {
    let send: Say = () => undefined;
    const { environment, left } = await speaks(({ serial, head }, say) => {
      send = say;
      const to = { replyTo: serial, sender: server };
      if (head.member === "GetCapabilities")
        say(
          MESSAGE.answer,
          { ...to, signature: "as" },
          new Writer().array(4, (all) => all.text("actions")),
        );
      else if (head.member === "Notify") say(MESSAGE.answer, { ...to, signature: "u" }, new Writer().u32(7));
      else say(MESSAGE.answer, to);
    });
    const desktop = new DesktopNotifications(environment, { name: "Alcatraz", icon: "" });
    const pressed = promised<string>();
    await desktop.show({ ...NOTE, pressed: pressed.resolve });
    for (const member of ["NotificationClosed", "ActionInvoked"]) {
      send(MESSAGE.signal, { ...SIGNAL, member, sender: server });
      send(MESSAGE.signal, { ...SIGNAL, member, sender: server, signature: "u" }, new Writer().u32(7));
      send(MESSAGE.signal, { ...SIGNAL, member, sender: ":1.9" });
      send(MESSAGE.signal, { ...SIGNAL, member, sender: ":1.9", signature: "us" });
      send(MESSAGE.signal, { ...SIGNAL, member, sender: ":1.9", signature: "uu" });
    }
    const press = { ...SIGNAL, member: "ActionInvoked", sender: server, signature: "us" };
    send(MESSAGE.signal, press, new Writer().u32(7).text("default"));
    expect(await pressed.promise).toBe("default");
    // What its own server says without saying it ends the connection, and nothing else.
    await desktop.show({ ...NOTE, pressed: () => undefined });
    send(MESSAGE.signal, press);
    await left;
  });

  test.each([
    ["", /org\.x\.No/],
    ["s", /shorter/],
  ])(
    "a refusal of the first call ends the connection, also one without its words: %j",
    async (signature, why) => {
      const { place, left } = await speaks(({ serial }, say) =>
        say(MESSAGE.error, { replyTo: serial, error: "org.x.No", signature }),
      );
      await expect(Bus.open(place, NOTHING)).rejects.toThrow(why);
      await left;
    },
  );

  test("a refusal of what is listened for ends the connection", async () => {
    const { environment, left } = await speaks(({ serial, head }, say) => {
      if (head.member === "Hello") say(MESSAGE.answer, { replyTo: serial });
      else say(MESSAGE.error, { replyTo: serial, error: "org.x.No" });
    });
    const desktop = new DesktopNotifications(environment, { name: "Alcatraz", icon: "" });
    await expect(desktop.show({ ...NOTE, pressed: () => undefined })).rejects.toThrow(/org\.x\.No/);
    await left;
  });

  describe("that says nothing is given up", () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
    afterEach(() => void vi.useRealTimers());

    test("at the door", async () => {
      const place = join(directory, "silent");
      const listener = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => vi.advanceTimersByTime(PATIENCE));
      }).listen(place);
      await once(listener, "listening");
      await expect(Bus.open(place, NOTHING)).rejects.toThrow(/did not answer/);
      listener.close();
    });

    test("at a call", async () => {
      const { environment, left } = await speaks(({ serial, head }, say) => {
        if (head.member === "GetCapabilities") vi.advanceTimersByTime(PATIENCE);
        else say(MESSAGE.answer, { replyTo: serial });
      });
      const desktop = new DesktopNotifications(environment, { name: "Alcatraz", icon: "" });
      await expect(desktop.show({ ...NOTE, pressed: () => undefined })).rejects.toThrow(/did not answer/);
      await left;
    });
  });
});

test.each([
  [{}, null],
  [{ XDG_RUNTIME_DIR: "/run/user/1" }, "/run/user/1/bus"],
  [{ DBUS_SESSION_BUS_ADDRESS: "unix:path=/a%20b,guid=1", XDG_RUNTIME_DIR: "/x" }, "/a b"],
  [{ DBUS_SESSION_BUS_ADDRESS: "tcp:host=x;unix:guid=1,abstract=/tmp/y" }, "\0/tmp/y"],
  [{ DBUS_SESSION_BUS_ADDRESS: "autolaunch:" }, null],
])("the place of the bus in %j", (environment, place) => {
  expect(busPlace(environment)).toBe(place);
});
