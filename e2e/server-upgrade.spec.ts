// Scenario 4: a web server is changed to speak TLS in a session and tried through redirected ports, beside the one that
// runs; both write the logs, which the commit joins; restarted outside, it speaks TLS.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { get } from "./harness/site.js";
import { makeUpgrade, runUpgrade } from "./scenes.js";
import { expect, test } from "./test.js";

test("a server is upgraded beside the one that runs", async ({ machine, app }, info) => {
  const upgrade = await makeUpgrade(machine);
  const { site, port, tls, outside, outsideTls } = upgrade;
  const apache = async (order: Parameters<typeof site.apache>[0]): Promise<void> => {
    expect(await site.apache(order)).toBe("");
  };
  const log = (name: string): string => readFileSync(join(site.root, "logs", name), "utf8");

  await apache("start");
  try {
    await expect.poll(() => get(machine, `http://127.0.0.1:${port}/`)).toBe("the old one\n");
    const before = app.host();
    await runUpgrade(app, upgrade);
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

    // Both servers added lines to the logs, and the old one has them open: the commit asks before it joins them. The number of
    // the old server's process is no business of the new one's.
    await app.leaveOut("run");
    await app.openCommit();
    for (const name of ["access.log", "error.log"]) {
      await app.conflict(name).click();
      await expect(app.dialog).toContainText("has it open for writing");
      await app.answer("Merge");
    }
    expect(existsSync(join(site.root, "key.pem"))).toBe(false);
    await app.commitAnswers();
    for (const request of ["?meanwhile", "?tried"]) expect(log("access.log")).toContain(request);

    await apache("restart");
    await expect.poll(() => get(machine, `https://127.0.0.1:${tls}/`)).toBe("the new one\n");
  } catch (error) {
    await info.attach("servers", { body: await site.said(), contentType: "text/plain" });
    throw error;
  } finally {
    await apache("stop");
  }
});
