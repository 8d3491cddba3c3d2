// Scenario 4: a web server is changed to speak TLS in a session and tried through redirected ports, beside the one that
// runs; both write the logs, which the commit joins; restarted outside, it speaks TLS.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./harness/machine.js";
import { freePort } from "./harness/port.js";
import { expect, test } from "./test.js";

const MODULES = ["mpm_event", "authz_core", "dir", "mime", "ssl", "socache_shmcb"];

/** Returns what a page says, or nothing when no server answers. */
async function get(machine: Machine, url: string): Promise<string> {
  return (await machine.run(["curl", "-sk", "--max-time", "10", url])).stdout;
}

test("a server is upgraded beside the one that runs", async ({ machine, app }) => {
  const [port, tls, outside, outsideTls] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const site = machine.directory("home/site");
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
      `ServerRoot ${site}`,
      "ServerName localhost",
      "TypesConfig /etc/mime.types",
      `DocumentRoot ${site}/htdocs`,
      `PidFile ${site}/run/httpd.pid`,
      `DefaultRuntimeDir ${site}/run`,
      `Mutex file:${site}/run`,
      `ErrorLog ${site}/logs/error.log`,
      'LogFormat "%h %t %r %>s" short',
      `CustomLog ${site}/logs/access.log short`,
      `Listen 127.0.0.1:${port}`,
      "",
    ].join("\n"),
  );
  const apache = async (order: string): Promise<void> => {
    const { status, stdout, stderr } = await machine.run(["/usr/sbin/apache2", "-f", config, "-k", order]);
    expect(status, stdout + stderr).toBe(0);
  };
  const log = (name: string): string => readFileSync(join(site, "logs", name), "utf8");
  const upgrade = machine.file(
    "upgrade.sh",
    `#!/bin/sh -e
cd ${site}
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null
echo "the new one" > htdocs/index.html
cat >> httpd.conf <<END
Listen 127.0.0.1:${tls}
<VirtualHost *:${tls}>
SSLEngine on
SSLCertificateFile ${site}/cert.pem
SSLCertificateKeyFile ${site}/key.pem
</VirtualHost>
END
exec /usr/sbin/apache2 -f ${config} -DFOREGROUND
`,
    0o755,
  );

  await apache("start");
  try {
    await expect.poll(() => get(machine, `http://127.0.0.1:${port}/`)).toBe("the old one\n");
    const before = app.host();
    await app.moreOptions();
    await app.option("Open ports").fill(`${outside}:${port} ${outsideTls}:${tls}`);
    await app.run(upgrade);
    await expect
      .poll(() => get(machine, `https://127.0.0.1:${outsideTls}/`), { timeout: 60_000 })
      .toBe("the new one\n");
    expect(await get(machine, `http://127.0.0.1:${outside}/?tried`)).toBe("the new one\n");
    // The old one still answers, and writes its logs.
    expect(await get(machine, `http://127.0.0.1:${port}/?meanwhile`)).toMatch(/^the old one/);
    await expect.poll(() => log("access.log")).toContain("?meanwhile");
    await apache("graceful");
    await expect.poll(() => log("error.log")).toContain("graceful restart");

    // The app tells what listens where.
    await app.lower("Network");
    for (const [inside, where] of [
      [port, outside],
      [tls, outsideTls],
    ] as const) {
      const row = app.network.getByRole("row", { name: new RegExp(`^listen on .*:${inside} `) });
      await expect(row).toContainText("redirected");
      await expect(row).toContainText(`:${where}`);
    }
    await app.lower("Terminal");
    await app.stop();
    await app.hostIs(before);
    expect(await get(machine, `https://127.0.0.1:${outsideTls}/`)).toBe("");

    // Both servers added lines to the logs: the commit says so, and joins them. The number of the old server's process is no
    // business of the new one's.
    await app.leaveOut("run");
    await app.openCommit();
    await expect(app.dialog).toContainText("both added lines to 2 files");
    for (const name of ["access.log", "error.log"]) await expect(app.dialog).toContainText(`/${name}`);
    expect(existsSync(join(site, "key.pem"))).toBe(false);
    await app.dialog.getByRole("button", { name: "Commit 6 changes" }).click();
    await app.committed();
    for (const request of ["?meanwhile", "?tried"]) expect(log("access.log")).toContain(request);

    await apache("restart");
    await expect.poll(() => get(machine, `https://127.0.0.1:${tls}/`)).toBe("the new one\n");
  } finally {
    await apache("stop");
  }
});
