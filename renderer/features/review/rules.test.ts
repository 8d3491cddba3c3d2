// Every rule holds for what it is about and not for its neighbours.
import { describe, expect, it } from "vitest";
import { Judge, ruleBit, rulesOf, type JudgedFacts } from "./judge.js";
import { PRIVILEGED } from "../changes/kinds.js";
import { RULES } from "./rules.js";
import { RULE_TEXTS, type RuleId } from "../../../texts/rules.js";

type Example = readonly [path: string, facts?: Partial<JudgedFacts> & { from?: string }];

const CREATED = { kind: "created" } as const;
const PROGRAM = { kind: "created", mode: 0o755 } as const;
const GONE = { kind: "deleted" } as const;

/** For each rule, what it must find and what it must leave alone. Unsaid: a modified file, rw-r--r--, of 1 kB. */
const EXAMPLES: Readonly<Record<RuleId, { finds: readonly Example[]; leaves: readonly Example[] }>> = {
  "ssh-access": {
    finds: [
      ["/home/ann/.ssh/authorized_keys"],
      ["/root/.ssh/authorized_keys2", CREATED],
      ["/etc/ssh/sshd_config.d/x.conf", CREATED],
      ["/home/ann/.ssh/authorized_keys", GONE],
      ["/home/ann/keys", { kind: "renamed", from: "/home/ann/.ssh/authorized_keys" }],
      ["/home/ann/.ssh", { kind: "renamed", type: "directory", from: "/home/ann/x" }],
      ["/home/ann/.ssh/authorized_keys", { kind: "replaced", type: "symlink" }],
    ],
    leaves: [
      ["/home/ann/.ssh/id_rsa"],
      ["/srv/.ssh/authorized_keys"],
      ["/home/ann/.ssh", { type: "directory" }],
    ],
  },
  "ssh-keys": {
    finds: [["/home/ann/.ssh/id_ed25519", CREATED], ["/home/ann/.ssh/config"], ["/etc/ssh/ssh_known_hosts"]],
    leaves: [["/home/ann/.ssh/authorized_keys"], ["/home/ann/.sshx/config"]],
  },
  "shell-start": {
    finds: [
      ["/home/ann/.bashrc"],
      ["/etc/profile.d/x.sh", CREATED],
      ["/home/ann/.config/fish/conf.d/a.fish"],
    ],
    leaves: [["/home/ann/src/.bashrc"], ["/home/ann/.bash_history"]],
  },
  "login-start": {
    finds: [
      ["/home/ann/.xprofile", CREATED],
      ["/etc/X11/Xsession.d/99x"],
      ["/home/ann/.config/environment.d/a.conf"],
      ["/etc/environment.d/a.conf", CREATED],
    ],
    leaves: [["/home/ann/.Xauthority"]],
  },
  autostart: {
    finds: [
      ["/home/ann/.config/autostart/x.desktop", CREATED],
      ["/etc/xdg/autostart/x.desktop"],
      ["/home/ann/.config/sway/config"],
      ["/home/ann/.local/share/gnome-shell/extensions/x@y/extension.js", CREATED],
      ["/etc/NetworkManager/dispatcher.d/50-x", PROGRAM],
    ],
    leaves: [["/home/ann/.local/share/applications/x.desktop"]],
  },
  services: {
    finds: [
      ["/etc/systemd/system/x.service", CREATED],
      ["/lib/systemd/system/x.timer", CREATED],
      ["/usr/lib/systemd/system-generators/x", PROGRAM],
      ["/home/ann/.config/systemd/user/x.service", CREATED],
      ["/etc/rc2.d/S01x", { kind: "created", type: "symlink" }],
      ["/etc/init.d/x", PROGRAM],
    ],
    leaves: [["/etc/systemd/system", { type: "directory" }], ["/usr/lib/x/systemd/y.service"]],
  },
  scheduled: {
    finds: [
      ["/etc/crontab"],
      ["/etc/cron.daily/x", PROGRAM],
      ["/var/spool/cron/crontabs/ann", CREATED],
      ["/etc/logrotate.d/x", CREATED],
    ],
    leaves: [
      ["/etc/cron.d/.placeholder", CREATED],
      ["/etc/cron.d", { kind: "created", type: "directory" }],
    ],
  },
  "root-rights": {
    finds: [
      ["/etc/sudoers"],
      ["/etc/sudoers.d/x", CREATED],
      ["/usr/share/polkit-1/rules.d/x.rules", CREATED],
    ],
    leaves: [["/home/ann/sudoers"]],
  },
  accounts: {
    finds: [["/etc/passwd"], ["/etc/shadow-"], ["/etc/pam.d/sshd"], ["/etc/group", { kind: "replaced" }]],
    leaves: [["/etc/passwords"], ["/srv/etc/passwd"]],
  },
  preload: {
    finds: [
      ["/home/ann/.local/lib/python3.11/site-packages/x.pth", CREATED],

      ["/etc/ld.so.preload", CREATED],
      ["/etc/ld.so.conf.d/x.conf", CREATED],
      ["/usr/local/lib/libc.so.6", CREATED],
    ],
    leaves: [["/etc/ld.so.cache"], ["/usr/local/lib/x/libc.so.6", CREATED]],
  },
  libraries: {
    finds: [["/usr/lib/x86_64-linux-gnu/libc.so.6"], ["/lib/libx.so", GONE]],
    leaves: [["/usr/lib/x86_64-linux-gnu/libnew.so.1", CREATED], ["/usr/lib/python3/x.py"]],
  },
  boot: {
    finds: [
      ["/boot/grub/grub.cfg"],
      ["/etc/modprobe.d/x.conf", CREATED],
      ["/etc/fstab"],
      ["/lib/modules/6.1/x.ko", CREATED],
    ],
    leaves: [["/etc/fstab.d"], ["/home/ann/boot/x"]],
  },
  packages: {
    finds: [
      ["/var/lib/dpkg/status"],
      ["/var/lib/dpkg/info/x.postinst", PROGRAM],
      ["/var/lib/rpm/rpmdb.sqlite"],
    ],
    leaves: [["/var/lib/dpkg/info/x.list", CREATED], ["/var/lib/dpkg/lock"]],
  },
  "package-sources": {
    finds: [
      ["/etc/apt/sources.list"],
      ["/usr/share/keyrings/x.gpg", CREATED],
      ["/home/ann/.npmrc"],
      ["/home/ann/.cargo/config.toml"],
    ],
    leaves: [["/var/lib/apt/lists/x"], ["/home/ann/src/.npmrc"]],
  },
  names: {
    finds: [
      ["/etc/hosts"],
      ["/etc/resolv.conf", { kind: "replaced", type: "symlink" }],
      ["/etc/netplan/x.yaml", CREATED],
    ],
    leaves: [["/etc/hostname"]],
  },
  certificates: {
    finds: [
      ["/etc/ssl/certs/x.pem", CREATED],
      ["/usr/local/share/ca-certificates/x.crt", CREATED],
    ],
    leaves: [["/home/ann/x.pem", CREATED]],
  },
  browser: {
    finds: [
      ["/home/ann/.mozilla/firefox/x.default/logins.json"],
      ["/home/ann/.config/google-chrome/Default/Cookies"],
    ],
    leaves: [["/home/ann/.cache/mozilla/firefox/x"]],
  },
  secrets: {
    finds: [["/home/ann/.gnupg/pubring.kbx"], ["/home/ann/.aws/credentials"], ["/home/ann/.netrc", CREATED]],
    leaves: [["/home/ann/.gnupgx/pubring.kbx"]],
  },
  "tool-settings": {
    finds: [
      ["/home/ann/.gitconfig"],
      ["/home/ann/src/x/.git/hooks/post-merge", PROGRAM],
      ["/home/ann/x/.vscode/tasks.json", CREATED],
      ["/home/ann/.config/Code/User/settings.json"],
    ],
    leaves: [["/home/ann/src/x/.git/hooks/post-merge.sample", PROGRAM], ["/home/ann/src/.gitconfig"]],
  },
  "set-id": {
    finds: [
      ["/srv/x", { kind: "created", mode: 0o4755 }],
      ["/srv/y", { kind: "modified", mode: 0o2755 }],
      ["/home/ann/bin/z", { kind: "created", mode: 0o755 | PRIVILEGED }],
    ],
    leaves: [
      ["/srv/x", GONE],
      ["/srv/x", PROGRAM],
      ["/srv/x", { type: "directory", mode: 0o2755 }],
    ],
  },
  "open-to-all": {
    finds: [
      ["/etc/x", { kind: "created", mode: 0o666 }],
      ["/usr/x", { kind: "created", type: "directory", mode: 0o777 }],
    ],
    leaves: [
      ["/usr/x", { kind: "created", type: "directory", mode: 0o1777 }],
      ["/usr/x", { kind: "created", type: "symlink", mode: 0o777 }],
      ["/home/ann/x", { mode: 0o666 }],
    ],
  },
  commands: {
    finds: [
      ["/usr/bin/ls", { mode: 0o755 }],
      ["/bin/sh", { kind: "replaced" }],
      ["/home/ann/.local/bin/x", GONE],
      ["/etc/alternatives/editor", { kind: "replaced", type: "symlink" }],
    ],
    leaves: [["/usr/bin/new", PROGRAM], ["/usr/bin/x/y"]],
  },
  "first-in-path": {
    finds: [
      ["/usr/local/bin/ls", PROGRAM],
      ["/home/ann/bin/sudo", { kind: "created", type: "symlink" }],
    ],
    leaves: [["/usr/bin/new", PROGRAM]],
  },
  "no-program": {
    finds: [
      ["/usr/bin/foo.png", CREATED],
      ["/home/ann/usr/bin/x.json", CREATED],
    ],
    leaves: [
      ["/usr/bin/foo", PROGRAM],
      ["/usr/bin/foo", { kind: "modified" }],
      ["/srv/node_modules/x/bin/y.js", CREATED],
    ],
  },
  "no-program-name": {
    finds: [["/usr/bin/foo.png", PROGRAM]],
    leaves: [
      ["/usr/bin/foo.sh", PROGRAM],
      ["/usr/share/foo.png", PROGRAM],
    ],
  },
  "odd-program": {
    finds: [
      ["/tmp/x", PROGRAM],
      ["/home/ann/.config/x/y", PROGRAM],
      ["/home/ann/Pictures/a", PROGRAM],
      ["/home/ann/.helperd", PROGRAM],
      ["/home/ann/.local/share/.x/daemon", PROGRAM],
      ["/usr/share/x", PROGRAM],
    ],
    leaves: [
      ["/home/ann/.local/bin/tool", PROGRAM],
      ["/srv/ben/script.py", PROGRAM],
      ["/tmp/eve/script.py", PROGRAM],
      ["/tmp/x", CREATED],
      ["/home/ann/x", PROGRAM],
      ["/tmp/d", { kind: "created", type: "directory", mode: 0o755 }],
    ],
  },
  "two-endings": {
    finds: [
      ["/home/ann/invoice.pdf.sh", CREATED],
      ["/srv/a.jpg.desktop", CREATED],
    ],
    leaves: [
      ["/home/ann/a.tar.gz", CREATED],
      ["/home/ann/a.sh.txt", CREATED],
      ["/home/ann/a.pdf.sh", GONE],
    ],
  },
  "deceptive-name": {
    finds: [
      ["/srv/a\u202efdp.exe", CREATED],
      ["/srv/b\u200b", CREATED],
      ["/srv/c ", CREATED],
      ["/srv/d\nx", CREATED],
    ],
    leaves: [
      ["/srv/größe 1", CREATED],
      ["/srv/x\\x2d", CREATED],
      ["/srv/\0caf\xe9\x80", CREATED],
      ["/srv/c ", GONE],
    ],
  },
  hidden: {
    finds: [
      ["/usr/lib/.x", CREATED],
      ["/etc/.y", CREATED],
      ["/tmp/.z", { kind: "created", type: "directory" }],
    ],
    leaves: [
      ["/home/ann/.x", CREATED],
      ["/usr/lib/debug/.build-id/ab/c", CREATED],
      ["/usr/share/x/.gitignore", CREATED],
      ["/srv/ben/.config", { kind: "created", type: "directory" }],
      ["/tmp/eve/.profile", CREATED],
    ],
  },
  huge: {
    finds: [["/home/ann/x", { kind: "created", size: 100_000_001 }]],
    leaves: [
      ["/home/ann/x", { kind: "created", size: 100_000_000 }],
      ["/home/ann/x", { kind: "deleted", size: 1e9 }],
    ],
  },
  device: {
    finds: [["/dev/x", { kind: "created", type: "device" }]],
    leaves: [["/dev/x", { kind: "created", type: "fifo" }]],
  },
  deletion: {
    finds: [
      ["/home/ann/letter.odt", GONE],
      ["/etc/x", { kind: "deleted", type: "directory" }],
      ["/tmp/eve/letter.odt", GONE],
    ],
    leaves: [["/tmp/x", GONE], ["/home/ann/.cache/x/y", GONE], ["/home/ann/letter.odt"]],
  },
};

const judge = new Judge(["/home/ann", "/root", "/srv/ben", "/tmp/eve"]);
const parts = (path: string): string[] => path.split("/").filter((part) => part !== "");

function found(path: string, { from, ...facts }: NonNullable<Example[1]> = {}): RuleId[] {
  const all = {
    kind: "modified",
    type: "file",
    mode: 0o644,
    size: 1000,
    name: parts(path).at(-1)!,
    ...facts,
  } as const;
  const left = from === undefined ? undefined : judge.walk(parts(from));
  return rulesOf(judge.judge(judge.walk(parts(path)), all, left)).map(({ id }) => id);
}

describe.each(RULES)("$name", ({ id, reason, says }) => {
  it("finds what it is about", () => {
    expect(EXAMPLES[id].finds.length).toBeGreaterThan(0);
    for (const [path, facts] of EXAMPLES[id].finds) expect(found(path, facts), path).toContain(id);
  });

  it("leaves its neighbours alone", () => {
    expect(EXAMPLES[id].leaves.length).toBeGreaterThan(0);
    for (const [path, facts] of EXAMPLES[id].leaves) expect(found(path, facts), path).not.toContain(id);
  });

  it("says why, in whole words", () => {
    expect(reason).toMatch(/^[A-Z].*\.$/);
    expect(says[0]).not.toContain("{n}");
    expect(says[1]).toContain("{n}");
  });
});

describe("the rules", () => {
  it("are those that have words, each once, and fit into 32 bits", () => {
    expect(RULES.map(({ id }) => id)).toEqual(Object.keys(RULE_TEXTS));
    expect(RULES.length).toBeLessThanOrEqual(32);
    expect(RULES.map(({ id }) => rulesOf(ruleBit(id)).map((rule) => rule.id))).toEqual(
      RULES.map(({ id }) => [id]),
    );
  });

  it("find nothing in what a harmless program does", () => {
    for (const path of [
      "/home/ann/report.pdf",
      "/home/ann/.cache/x/y",
      "/home/ann/.local/share/x/y",
      "/usr/share/x/y.png",
    ])
      expect(found(path, CREATED), path).toEqual([]);
  });
});
