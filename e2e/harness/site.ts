// A small web site on Apache, and the script that upgrades it to TLS: what the scenario of a server works on. Knows nothing
// of the app.
import { chmodSync } from "node:fs";
import type { Machine } from "./machine.js";

const MODULES = ["mpm_event", "authz_core", "dir", "mime", "ssl", "socache_shmcb"];

export interface Site {
  /** Where it lies. */
  root: string;
  /** Makes it speak TLS on a second port, and starts it in the foreground. */
  upgrade: string;
  /** Runs the host's server with its configuration: start, graceful, restart, stop. Returns what went wrong, if anything. */
  apache(order: "start" | "graceful" | "restart" | "stop"): Promise<string>;
  /** What servers said of themselves, on the host and in each session. */
  said(): Promise<string>;
}

/** Makes a site in the machine's home that listens on `port`, and on `tls` once it is upgraded. */
export function makeSite(machine: Machine, port: number, tls: number): Site {
  const root = machine.directory("home/site");
  for (const name of ["htdocs", "logs", "run"]) machine.directory(`home/site/${name}`);
  machine.file("home/site/htdocs/index.html", "the old one\n");
  // The server gives its rights up, and must get to its pages all the same.
  for (const above of [machine.account.base, machine.base]) chmodSync(above, 0o711);
  const modules = MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  const config = machine.file(
    "home/site/httpd.conf",
    [
      ...modules,
      ...(machine.account.mode === "system" ? ["User www-data", "Group www-data"] : []),
      `ServerRoot ${root}`,
      "ServerName localhost",
      "TypesConfig /etc/mime.types",
      `DocumentRoot ${root}/htdocs`,
      `PidFile ${root}/run/httpd.pid`,
      // One child, so that the host's list of processes does not change by itself.
      "StartServers 1",
      "ServerLimit 2",
      "ThreadsPerChild 25",
      "MinSpareThreads 1",
      "MaxSpareThreads 50",
      "MaxRequestWorkers 25",
      `DefaultRuntimeDir ${root}/run`,
      `Mutex file:${root}/run`,
      `ErrorLog ${root}/logs/error.log`,
      'LogFormat "%h %t %r %>s" short',
      `CustomLog ${root}/logs/access.log short`,
      `Listen 127.0.0.1:${port}`,
      "",
    ].join("\n"),
  );
  const upgrade = machine.file(
    "home/upgrade.sh",
    `#!/bin/sh -e
cd ${root}
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null
echo "the new one" > htdocs/index.html
cat >> httpd.conf <<END
Listen 127.0.0.1:${tls}
<VirtualHost *:${tls}>
SSLEngine on
SSLCertificateFile ${root}/cert.pem
SSLCertificateKeyFile ${root}/key.pem
</VirtualHost>
END
# Without a terminal: a server that hears of a new size of its window (SIGWINCH) takes it as the order to end.
exec setsid --wait /usr/sbin/apache2 -f ${config} -DFOREGROUND
`,
    0o755,
  );
  return {
    root,
    upgrade,
    apache: async (order) => {
      const { status, stdout, stderr } = await machine.run(["/usr/sbin/apache2", "-f", config, "-k", order]);
      return status === 0 ? "" : `apache2 -k ${order}: ${status}\n${stdout}${stderr}`;
    },
    said: async () => {
      const look = ["cat", `${root}/logs/error.log`];
      const inside = (await machine.sessionIds()).map((id) => [
        machine.installation.helper,
        "enter",
        id,
        "--",
      ]);
      const looks = [[], ...inside].map((where) => machine.run([...where, ...look]));
      return (await Promise.all(looks)).map(({ stdout, stderr }) => stdout + stderr).join("\n");
    },
  };
}

/** Returns what a page says, or nothing when no server answers. */
export async function get(machine: Machine, url: string): Promise<string> {
  return (await machine.run(["curl", "-sk", "--max-time", "10", url])).stdout;
}
