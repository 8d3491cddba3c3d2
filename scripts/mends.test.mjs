// What the helper tells people to type: each command is one that Debian has, with packages and settings that exist there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./setup/paths.mjs";
import { must } from "./setup/run.mjs";

/** Settings that only some kernels have: Debian's own, Ubuntu's, those with Yama. */
const NOT_EVERYWHERE = new Set([
  "kernel.unprivileged_userns_clone",
  "kernel.apparmor_restrict_unprivileged_userns",
  "kernel.yama.ptrace_scope",
]);

/** All that is ever mounted: the control groups, at the places that the helper has found or chosen. */
const MOUNTS = new Set([
  "-t cgroup -o {controller} none {first}",
  "-t cgroup2 none {TOP}",
  "-t cgroup2 none {BESIDE}",
  "-o remount,bind,rw {top}",
]);

// The tests' set-up installs all that the helper may ask for.
const installs = async ([order, ...packages]) => {
  const states = await must("dpkg-query", ["--show", "--showformat=${db:Status-Status}\\n", ...packages]);
  return (
    order === "install" &&
    states
      .trim()
      .split("\n")
      .every((state) => state === "installed")
  );
};

/** Each command by its first word, and what must hold of the rest. */
const COMMANDS = {
  apt: installs,
  "apt-get": installs,
  sysctl: ([setting, ...more]) => {
    const [name, value] = setting.split("=");
    const isThere = existsSync(join("/proc/sys", name.replaceAll(".", "/")));
    return more.length === 0 && Boolean(value) && (isThere || NOT_EVERYWHERE.has(name));
  },
  chmod: (words) => words.join(" ") === "666 /dev/net/tun",
  loginctl: (words) => words.join(" ").startsWith("enable-linger {"),
  mkdir: (words) => /^-p \{(first|BESIDE)\}$/.test(words.join(" ")),
  mount: (words) => MOUNTS.has(words.join(" ")),
  modprobe: (words) => words.join(" ") === "tun",
  freshclam: (words) => words.length === 0,
};

/** Returns every command in the helper's texts that begins with sudo, with the values that are filled in. */
function typed() {
  const rooms = ["see-core", "alcatraz"].map((name) => join(ROOT, "native-helper", name, "src"));
  const files = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true }).map((file) => join(room, file)),
  );
  const texts = files
    .filter((file) => file.endsWith(".rs"))
    .map((file) => {
      const lines = readFileSync(file, "utf8").split("\n");
      const code = lines.filter((line) => !line.trimStart().startsWith("//")).join("\n");
      return code.replaceAll(/\\\n\s*/g, "");
    });
  const words = /sudo ([a-z][\w-]*(?: (?:(?![.,](?:[\s"`]|$))[\w.,/={}:-])+)*)/g;
  const tools = texts.flatMap((text) => [...text.matchAll(/tool\("\w+", "([\w-]+)"\)/g)]);
  const fill = (command) => {
    if (!command.includes("{package}")) return command.replace("{port}", "80");
    return tools.map(([, name]) => command.replace("{package}", name));
  };
  return [...new Set(texts.flatMap((text) => [...text.matchAll(words)].flatMap(([, said]) => fill(said))))];
}

describe("what people are told to type", () => {
  const commands = typed();

  it("is found", () => {
    expect(commands.length).toBeGreaterThanOrEqual(8);
  });

  it.each(commands)("sudo %s", async (command) => {
    const [program, ...words] = command.split(" ");
    expect(Object.keys(COMMANDS)).toContain(program);
    expect(await COMMANDS[program](words)).toBe(true);
  });
});
