// What was added on the way to the app is gone; what is the person's stays. npm itself is asked what it adds.
// oxlint-disable-next-line no-restricted-imports -- npm is the judge here
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { personEnvironment } from "./person-environment.js";

const OWN = { TERM: "xterm-256color", COLORTERM: "truecolor" };

test("variables of Electron and of the app go, the desktop's name comes back", () => {
  const environment = {
    HOME: "/home/ann",
    ELECTRON_RUN_AS_NODE: "1",
    CHROME_DESKTOP: "alcatraz.desktop",
    ALCATRAZ_STORE: "/srv/store",
    XDG_CURRENT_DESKTOP: "Unity",
    ORIGINAL_XDG_CURRENT_DESKTOP: "GNOME",
  };
  expect(personEnvironment(environment)).toEqual({
    HOME: "/home/ann",
    ALCATRAZ_STORE: "/srv/store",
    XDG_CURRENT_DESKTOP: "GNOME",
    ...OWN,
  });
});

test("a PATH with a package's programs stays as it is when npm has not started the app", () => {
  const PATH = "/home/ann/project/node_modules/.bin:/usr/bin";
  expect(personEnvironment({ PATH })).toEqual({ PATH, ...OWN });
});

test.each([{ EDITOR: "nano" }, {}])("nothing of `npm run` is left: %j", async (more) => {
  const person = {
    HOME: process.env["HOME"] ?? "/",
    PATH: process.env["PATH"] ?? "",
    ...more,
  };
  // Whoever runs these tests by npm has its places in front already: they are npm's here too.
  const expected = personEnvironment({ ...person, npm_lifecycle_event: "test" });
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "env"], { env: person });
  const seen = Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  ) as Record<string, string>;
  expect(seen["npm_lifecycle_event"]).toBe("env");
  const { PWD: _pwd, OLDPWD: _oldpwd, SHLVL: _level, _: _last, ...left } = personEnvironment(seen);
  expect(left).toEqual(expected);
});
