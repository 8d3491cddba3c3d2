// Ports for servers of tests.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** Where ports begin that other programs of a machine rarely have. */
const FIRST = 10_000;
let taken = 0;

/**
 * Returns a port that nobody has now, on any address, and that the kernel lends to nobody who asks for just any: those
 * are the local ends of everybody's connections.
 */
export async function freePort(): Promise<number> {
  const end = Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split("\t")[0]);
  const room = end - FIRST;
  for (let left = room; left > 0; left -= 1) {
    // Tests of other processes begin elsewhere.
    const port = FIRST + ((process.pid * 61 + taken) % room);
    taken += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${FIRST} to ${end} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.on("error", () => done(false));
    server.listen(port, () => server.close(() => done(true)));
  });
}
