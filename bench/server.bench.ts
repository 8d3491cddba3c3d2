// nginx and a static file: in a session, reached by redirection, against natively; and a download out of a session.
import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { Machine } from "../e2e/harness/machine.js";
import { freePort } from "../e2e/harness/port.js";
import { expect, test } from "../e2e/test.js";
import { interleave, ratio, report } from "./measure.js";

const SECONDS = 1;
const SPACES = "/run/netns";

function isMounted(place: string): boolean {
  return readFileSync("/proc/self/mounts", "utf8").includes(` ${place} `);
}

/** Writes what nginx needs to serve `site` in the foreground, below `/kept/` from files that it keeps open; returns its command. */
function nginx(machine: Machine, name: string, listen: string, site = machine.path("home/site")): string[] {
  const room = machine.directory(`home/${name}`);
  const config = machine.file(
    `home/${name}/nginx.conf`,
    `daemon off; worker_processes 1; pid ${room}/pid; error_log ${room}/error.log;
events { worker_connections 512; }
http {
  access_log off; keepalive_requests 1000000000; sendfile on;
  client_body_temp_path ${room}/a; proxy_temp_path ${room}/b; fastcgi_temp_path ${room}/c;
  uwsgi_temp_path ${room}/d; scgi_temp_path ${room}/e;
  server {
    listen ${listen}; root ${site};
    location /kept/ { alias ${site}/; open_file_cache max=16; open_file_cache_valid 600s; }
  }
}
${machine.account.mode === "system" ? "user root;" : ""}
`,
  );
  return ["/usr/sbin/nginx", "-e", `${room}/error.log`, "-c", config];
}

/** Returns a command that serves `site` through an overlayfs mount with nothing around it. */
function bare(machine: Machine, listen: string): string[] {
  const overlay = machine.directory("home/overlay");
  for (const part of ["u", "w", "m"]) machine.directory(`home/overlay/${part}`);
  const user = machine.account.mode === "user";
  const layers = `lowerdir=${machine.path("home/site")},upperdir=${overlay}/u,workdir=${overlay}/w${user ? ",userxattr" : ""}`;
  const mount = `mount -t overlay overlay -o ${layers} ${overlay}/m && exec "$@"`;
  const command = nginx(machine, "bare", listen, `${overlay}/m`);
  return ["unshare", "--mount", ...(user ? ["--map-root-user"] : []), "sh", "-c", mount, "sh", ...command];
}

async function answers(machine: Machine, url: string): Promise<void> {
  const ask = async () => (await machine.run(["curl", "-s", "-o", "/dev/null", url])).status;
  await expect.poll(ask, { timeout: 30_000 }).toBe(0);
}

test("server", async ({ machine }, info) => {
  machine.file("home/site/page", "x".repeat(4096));
  const { helper } = machine.installation;
  const [native, overlay, inside, recorded, unread] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const command = nginx(machine, "inside", `127.0.0.1:${inside}`);
  const session = (name: string, port: number, ...options: string[]) =>
    machine.run([
      helper,
      ...["run", "-q", "--keep", "--name", name, "--redirect", `${port}:${inside}`, ...options, "--"],
      ...command,
    ]);
  const servers = [
    machine.run(nginx(machine, "native", `127.0.0.1:${native}`)),
    machine.run(bare(machine, `127.0.0.1:${overlay}`)),
    session("recorded", recorded),
    session("unread", unread, "--reads", "off"),
  ];
  const ports = { native, overlay, recorded, unread };
  try {
    const url = (port: number, page: string) => `http://127.0.0.1:${port}/${page}`;
    for (const port of Object.values(ports)) await answers(machine, url(port, "page"));
    for (const page of ["kept/page", "page"]) {
      for (const connections of [2, 16, 30]) {
        const load = (port: number) => async () => {
          const words = ["-t", "1", "-c", `${connections}`, "-d", `${SECONDS}s`, url(port, page)];
          const { stdout } = await machine.run(["wrk", ...words]);
          const rate = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1]);
          if (!(rate > 0) || stdout.includes("Non-2xx")) throw new Error(stdout);
          return rate;
        };
        const rates = await interleave(3, {
          native: load(native),
          overlay: load(overlay),
          recorded: load(recorded),
          unread: load(unread),
        });
        const of = (rate: number) => ratio(rate / rates.native);
        report(info, {
          what: `nginx by redirection, ${page === "page" ? "a file opened for each request" : "its files kept open"}, ${connections} connections`,
          reached: `${of(rates.recorded)} of native, with \`--reads off\` ${of(rates.unread)}; a bare overlayfs mount ${of(rates.overlay)}`,
          wanted: "≥ 0.98× of native",
          how: `wrk on 4 kB: ${[rates.recorded, rates.unread, rates.overlay, rates.native].map(Math.round).join(", ")} requests/s, 3 runs of ${SECONDS} s each`,
        });
      }
    }
  } finally {
    for (const name of ["recorded", "unread"]) await machine.run([helper, "stop", name]);
    for (const room of ["native", "bare"])
      await machine.run(["sh", "-c", 'kill "$(cat "$1")"', "sh", machine.path(`home/${room}/pid`)]);
    await Promise.all(servers);
  }
});

test("outbound", async ({ machine }, info) => {
  // Only root makes networks: a machine that the session runs on, and one that serves.
  if (machine.account.mode !== "system") return;
  const [here, there] = [`alcatraz-here-${process.pid}`, `alcatraz-there-${process.pid}`];
  const ip = (...words: string[]) => execFileSync("ip", words);
  const within = (space: string, words: string[]) => machine.run(["ip", "netns", "exec", space, ...words]);
  truncateSync(machine.file("home/site/page", ""), 1024 ** 3);
  // Where network name spaces are named becomes a mount point with the first of them, and stays one.
  const before = isMounted(SPACES);
  for (const space of [here, there]) ip("netns", "add", space);
  try {
    ip("link", "add", "north", "netns", here, "type", "veth", "peer", "name", "south", "netns", there);
    for (const [space, name, address] of [
      [here, "north", "10.11.0.2/24"],
      [there, "south", "10.11.0.1/24"],
    ] as const) {
      ip("-n", space, "address", "add", address, "dev", name);
      for (const each of ["lo", name]) ip("-n", space, "link", "set", each, "up");
    }
    ip("-n", here, "route", "add", "default", "via", "10.11.0.1");
    const server = within(there, nginx(machine, "far", "10.11.0.1:80"));
    const script = machine.path("measure.sh");
    writeFileSync(
      script,
      'curl -s -o /dev/null -w "%{speed_download} %{http_code}" http://10.11.0.1/page\n',
      { mode: 0o755 },
    );
    const speed = (prefix: string[]) => async () => {
      const { stdout, stderr } = await within(here, [...prefix, "sh", script]);
      const [bytes, status] = stdout.split(" ");
      if (status !== "200") throw new Error(stdout + stderr);
      return Number(bytes) / 1e6;
    };
    try {
      await expect
        .poll(async () => (await within(here, ["curl", "-sI", "http://10.11.0.1/page"])).status, {
          timeout: 30_000,
        })
        .toBe(0);
      const run = [machine.installation.helper, "run", "-q", "--abort", "--net", "full", "--lan", "--"];
      const speeds = await interleave(5, { native: speed([]), session: speed(run) });
      report(info, {
        what: "download of 1 GiB through pasta",
        reached: ratio(speeds.session / speeds.native),
        wanted: "reported",
        how: `curl: ${Math.round(speeds.session)} against ${Math.round(speeds.native)} MB/s, from another network name space, 5 runs each`,
      });
    } finally {
      await machine.run(["sh", "-c", 'kill "$(cat "$1")"', "sh", machine.path("home/far/pid")]);
      await server;
    }
  } finally {
    for (const space of [here, there]) ip("netns", "delete", space);
    if (!before && isMounted(SPACES)) execFileSync("umount", [SPACES]);
  }
});
