// What every end-to-end test gets: a screen, an installed app, an account, and for each test a fresh home and store.
import { test as base } from "@playwright/test";
import { App } from "./app.js";
import { type Account, makeAccount, type Mode } from "./harness/account.js";
import { type Display, openDisplay } from "./harness/display.js";
import { type Installation, installApp } from "./harness/installation.js";
import { Machine } from "./harness/machine.js";

export interface HarnessOptions {
  mode: Mode;
}

interface WorkerFixtures extends HarnessOptions {
  display: Display;
  installation: Installation;
  account: Account;
}

interface TestFixtures {
  /** A fresh home and store on this host, of the account that the test runs as. */
  machine: Machine;
  /** The app, started on that machine. */
  app: App;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  mode: ["user", { option: true, scope: "worker" }],
  display: [
    async ({}, provide) => {
      const display = await openDisplay();
      await provide(display);
      await display.stop();
    },
    { scope: "worker" },
  ],
  installation: [
    async ({}, provide) => {
      const installation = installApp();
      await provide(installation);
      installation.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  account: [
    async ({ mode }, provide) => {
      const account = makeAccount(mode);
      await provide(account);
      account.remove();
    },
    { scope: "worker" },
  ],
  // Their making and removing has time of its own: a test's limit is for what it tests.
  machine: [
    async ({ account, installation, display }, provide) => {
      const machine = new Machine(account, installation, display);
      await provide(machine);
      await machine.remove();
    },
    { timeout: 600_000 },
  ],
  app: [
    async ({ machine }, provide, info) => {
      const app = await App.start(machine);
      await provide(app);
      if (info.status !== info.expectedStatus) {
        await info.attach("window", { body: await app.page.screenshot(), contentType: "image/png" });
        await info.attach("output", { body: app.output(), contentType: "text/plain" });
        // What the helper says beside what the window shows: which of the two is wrong.
        const list = await machine.run([machine.installation.helper, "list", "--json"]);
        await info.attach("sessions", { body: list.stdout, contentType: "text/plain" });
        // And what each looked at: a conflict with what others do on this machine is known by it.
        for (const id of await machine.sessionIds()) {
          const reads = await machine.run([machine.installation.helper, "reads", id]);
          await info.attach(`reads of ${id}`, { body: reads.stdout, contentType: "text/plain" });
        }
      }
      await app.close();
    },
    { timeout: 120_000 },
  ],
});

export { expect } from "@playwright/test";
