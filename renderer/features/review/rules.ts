// What deserves a look before it is committed, as plain data: where, under which conditions, and why. A rule that holds
// is no verdict; it only says where to look first. Every rule has examples in rules.test.ts.
//
// `where` and `except` are patterns of places.ts; ~ stands for every home. Without `types`, folders count only when they
// come from elsewhere or go: their content counts by itself. Without `kinds`, every kind counts.
import type { ChangeKind, FileType } from "../../../protocol/src/change.js";

export interface Rule {
  id: string;
  /** What it is about, in a few words: for lists and filters. */
  name: string;
  /** Why it deserves a look. */
  reason: string;
  /** What happened, for the summary: of one and of many ({n}). */
  says: readonly [one: string, many: string];
  where: readonly string[];
  except?: readonly string[];
  kinds?: readonly ChangeKind[];
  types?: readonly FileType[];
  /** At least one of these permission bits, or none of these. */
  anyMode?: number;
  noMode?: number;
  /** Larger than so many bytes. */
  over?: number;
  /** The name holds characters that hide or turn text, or begins or ends with a space. */
  deceptive?: true;
}

/** Where files come and go all the time, and mean little. */
const PASSING = [
  "/tmp/**",
  "/var/tmp/**",
  "/var/cache/**",
  "/var/log/**",
  "/run/**",
  "/dev/shm/**",
  "~/.cache/**",
];
/** Copies of software that package managers keep by the thousand. */
const VENDORED = ["**/node_modules/**", "**/site-packages/**", "**/dist-packages/**"];
const NEW = ["created", "renamed", "linked", "replaced"] as const;
const CHANGED = ["modified", "deleted", "replaced", "renamed"] as const;

export const RULES = [
  {
    id: "ssh-access",
    name: "SSH access",
    reason: "It decides who may log in to this machine over SSH.",
    says: ["changed who may log in over SSH", "changed {n} files that decide who may log in over SSH"],
    where: [
      "~/.ssh/authorized_keys*",
      "~/.ssh/rc",
      "/etc/ssh/sshd_config",
      "/etc/ssh/sshd_config.d/**",
      "/etc/ssh/authorized_keys/**",
    ],
  },
  {
    id: "ssh-keys",
    name: "SSH keys and settings",
    reason: "SSH uses it to prove who you are, or to decide where a connection leads.",
    says: ["changed your SSH keys or settings", "changed {n} of your SSH keys and settings"],
    where: ["~/.ssh/**", "/etc/ssh/**"],
    except: [
      "~/.ssh/authorized_keys*",
      "~/.ssh/rc",
      "/etc/ssh/sshd_config",
      "/etc/ssh/sshd_config.d/**",
      "/etc/ssh/authorized_keys/**",
    ],
  },
  {
    id: "shell-start",
    name: "Shell start-up",
    reason: "Every new shell runs it.",
    says: ["changed a shell start-up file", "changed {n} shell start-up files"],
    where: [
      "~/.{bashrc,bash_profile,bash_login,bash_logout,bash_aliases,profile,inputrc}",
      "~/.{zshrc,zshenv,zprofile,zlogin,zlogout,kshrc,mkshrc,cshrc,tcshrc,login}",
      "~/.config/fish/**",
      "~/.config/zsh/**",
      "/etc/{profile,bash.bashrc,environment,inputrc,shells}",
      "/etc/profile.d/**",
      "/etc/{zsh,fish}/**",
      "/etc/skel/**",
    ],
  },
  {
    id: "login-start",
    name: "Desktop log-in",
    reason: "It is read or run when you log in to the desktop.",
    says: ["changed what happens when you log in", "changed {n} files that are used when you log in"],
    where: [
      "~/.{xprofile,xinitrc,xsession,xsessionrc,Xresources,pam_environment}",
      "~/.config/environment.d/**",
      "~/.config/plasma-workspace/{env,shutdown}/**",
      "/etc/X11/{Xsession.d,xinit}/**",
      "/usr/share/{xsessions,wayland-sessions}/**",
    ],
  },
  {
    id: "autostart",
    name: "Autostart",
    reason: "The desktop starts it by itself at every log-in.",
    says: [
      "added or changed a program that starts with the desktop",
      "added or changed {n} programs that start with the desktop",
    ],
    where: [
      "~/.config/{autostart,autostart-scripts}/**",
      "/etc/xdg/autostart/**",
      "/usr/share/gnome/autostart/**",
    ],
  },
  {
    id: "services",
    name: "Services",
    reason: "The system starts it by itself, often as root.",
    says: ["added or changed a service of the system", "added or changed {n} services of the system"],
    where: [
      "{,/usr}/lib/systemd/**",
      "/etc/systemd/**",
      "~/.config/systemd/**",
      "~/.local/share/{systemd,dbus-1}/**",
      "/etc/init.d/**",
      "/etc/{rc.local,inittab}",
      "/etc/rc?.d/**",
      "/etc/dbus-1/**",
      "/usr/share/dbus-1/{services,system-services}/**",
    ],
  },
  {
    id: "scheduled",
    name: "Scheduled tasks",
    reason: "It is run again and again, at times that it sets itself.",
    says: ["added or changed a scheduled task", "added or changed {n} scheduled tasks"],
    where: ["/etc/{crontab,anacrontab}", "/etc/cron.*/**", "/var/spool/{cron,anacron,at,cron.atjobs}/**"],
    except: ["/etc/cron.*/.placeholder"],
  },
  {
    id: "root-rights",
    name: "Rights of root",
    reason: "It decides who may act as root.",
    says: ["changed who may act as root", "changed {n} files that decide who may act as root"],
    where: [
      "/etc/{sudoers,doas.conf,sudo.conf}",
      "/etc/sudoers.d/**",
      "/etc/polkit-1/**",
      "/usr/share/polkit-1/**",
      "/var/lib/polkit-1/**",
    ],
  },
  {
    id: "accounts",
    name: "Accounts",
    reason: "It decides which accounts there are and how they prove who they are.",
    says: ["changed the accounts of this machine", "changed {n} files about the accounts of this machine"],
    where: [
      "/etc/{passwd,shadow,group,gshadow,subuid,subgid,login.defs,nsswitch.conf}{,-}",
      "/etc/{pam.d,security}/**",
      "/etc/pam.conf",
    ],
  },
  {
    id: "preload",
    name: "Library loading",
    reason: "It decides which libraries programs load: with it, foreign code runs in every program.",
    says: [
      "changed which libraries programs load",
      "changed {n} files that decide which libraries programs load",
    ],
    where: ["/etc/ld.so.{preload,conf}", "/etc/ld.so.conf.d/**", "/usr/local/lib/*.so*"],
  },
  {
    id: "libraries",
    name: "Shared libraries",
    reason: "Programs that were there before load this library, and it is no longer the same.",
    says: [
      "changed a shared library that was there before",
      "changed {n} shared libraries that were there before",
    ],
    where: ["{,/usr,/usr/local}/{lib,lib32,lib64,libx32}/**/*.so{,.*}"],
    except: ["/usr/local/lib/*.so*"],
    kinds: CHANGED,
  },
  {
    id: "boot",
    name: "Boot and kernel",
    reason: "It is used when the machine starts, or by the kernel itself.",
    says: ["changed how the machine starts", "changed {n} files that are used when the machine starts"],
    where: [
      "/boot/**",
      "{,/usr}/lib/modules/**",
      "{,/usr}/lib/udev/rules.d/**",
      "/etc/{modprobe.d,modules-load.d,grub.d,initramfs-tools,dracut.conf.d,sysctl.d,tmpfiles.d}/**",
      "/etc/udev/**",
      "/etc/default/grub*",
      "/etc/{fstab,crypttab,modules,sysctl.conf}",
    ],
  },
  {
    id: "packages",
    name: "Record of packages",
    reason: "The package manager keeps there what is installed and what belongs to it.",
    says: [
      "changed the record of installed packages",
      "changed {n} files of the record of installed packages",
    ],
    where: [
      "/var/lib/dpkg/{status,diversions,statoverride}",
      "/var/lib/dpkg/info/*.{preinst,postinst,prerm,postrm}",
      "{/var/lib,/usr/lib/sysimage}/rpm/**",
      "/var/lib/{pacman,apk}/**",
      "/lib/apk/**",
    ],
  },
  {
    id: "package-sources",
    name: "Sources of software",
    reason: "It decides where software is taken from, and whose signature is trusted.",
    says: [
      "changed where software is taken from",
      "changed {n} files that decide where software is taken from",
    ],
    where: [
      "/etc/{apt,yum.repos.d,dnf,zypp,pacman.d}/**",
      "/etc/{pacman,yum,pip}.conf",
      "/usr/share/keyrings/**",
      "/etc/pki/rpm-gpg/**",
      "~/.{npmrc,yarnrc,pypirc,condarc,gemrc}",
      "~/.{config/pip,pip}/**",
      "~/.cargo/config{,.toml}",
    ],
  },
  {
    id: "names",
    name: "Names and routes",
    reason: "It decides where names and connections lead.",
    says: [
      "changed where names or connections lead",
      "changed {n} files that decide where names or connections lead",
    ],
    where: [
      "/etc/{hosts,hosts.allow,hosts.deny,resolv.conf,gai.conf,nftables.conf,networks}",
      "/etc/{NetworkManager,network,netplan,iptables,ufw,firewalld,wireguard,openvpn}/**",
      "/etc/systemd/{network,resolved.conf.d}/**",
    ],
  },
  {
    id: "certificates",
    name: "Certificates",
    reason: "It decides whom encrypted connections trust.",
    says: [
      "changed which certificates are trusted",
      "changed {n} files that decide which certificates are trusted",
    ],
    where: [
      "/etc/ssl/**",
      "/etc/{ca-certificates,pki/ca-trust,pki/tls}/**",
      "/etc/ca-certificates.conf",
      "/usr{,/local}/share/ca-certificates/**",
      "~/.pki/**",
    ],
  },
  {
    id: "browser",
    name: "Browsers and mail",
    reason: "It belongs to a browser or mail program: passwords, cookies, add-ons or settings.",
    says: ["changed a file of your browser", "changed {n} files of your browsers or mail programs"],
    where: [
      "~/.{mozilla,thunderbird,librewolf}/**",
      "~/.config/{google-chrome*,chromium,BraveSoftware,vivaldi*,microsoft-edge*,opera*}/**",
      "~/.var/app/{org.mozilla.*,com.google.Chrome*,org.chromium.*,com.brave.*}/**",
      "~/snap/{firefox,chromium,thunderbird}/**",
      "/etc/{firefox,chromium,chromium-browser,brave,opt/chrome}/**",
      "/usr/lib/mozilla/**",
    ],
    except: ["~/.var/app/*/cache/**"],
  },
  {
    id: "secrets",
    name: "Keys and passwords",
    reason: "It holds keys, passwords or access to your accounts elsewhere.",
    says: ["changed a file with keys or passwords", "changed {n} files with keys or passwords"],
    where: [
      "~/.{gnupg,password-store,aws,azure,kube,gcloud}/**",
      "~/.local/share/{keyrings,kwalletd}/**",
      "~/.config/{gh,gcloud,sops,rclone}/**",
      "~/.docker/config.json",
      "~/.{netrc,git-credentials,pgpass,my.cnf}",
    ],
  },
  {
    id: "tool-settings",
    name: "Tool settings",
    reason: "A tool that you use reads it, and may start programs that it names.",
    says: [
      "changed the settings of a tool that can start programs",
      "changed {n} settings of tools that can start programs",
    ],
    where: [
      "~/.{gitconfig,vimrc,emacs,gdbinit,tmux.conf,screenrc,mailcap,envrc,pythonrc}",
      "~/.config/{git,nvim,direnv,mimeapps.list}",
      "~/.config/{git,nvim,direnv}/**",
      "~/.{emacs.d,vim}/**",
      "~/.local/share/applications/**",
      "**/.git/{config,hooks/*}",
      "**/.vscode/{tasks,settings,launch}.json",
    ],
    except: ["**/.git/hooks/*.sample", ...VENDORED],
  },
  {
    id: "set-id",
    name: "Runs with other rights",
    reason: "Whoever starts it, it runs with the rights of its owner or group (set-user-id or set-group-id).",
    says: [
      "made a program that runs with other rights than its user's",
      "made {n} programs that run with other rights than their user's",
    ],
    where: ["/**"],
    kinds: [...NEW, "modified"],
    types: ["file"],
    anyMode: 0o6000,
  },
  {
    id: "open-to-all",
    name: "Anyone may write",
    reason: "Anyone on this machine may change it.",
    says: ["left a file that anyone may change", "left {n} files that anyone may change"],
    where: ["/{bin,sbin,lib,lib64,boot,etc,opt,usr}/**"],
    kinds: [...NEW, "modified"],
    types: ["file", "directory"],
    anyMode: 0o002,
    noMode: 0o1000,
  },
  {
    id: "commands",
    name: "Changed commands",
    reason: "A command that was there before is no longer the same.",
    says: ["changed a command that was there before", "changed {n} commands that were there before"],
    where: [
      "/{bin,sbin}/*",
      "/usr/{bin,sbin,games}/*",
      "/usr/local/{bin,sbin,games}/*",
      "~/{bin,.local/bin,.cargo/bin,go/bin}/*",
    ],
    kinds: CHANGED,
  },
  {
    id: "first-in-path",
    name: "Commands found first",
    reason: "The shell looks here before it looks among the system's commands: it can take the place of one.",
    says: ["added a command where the shell looks first", "added {n} commands where the shell looks first"],
    where: ["/usr/local/{bin,sbin}/*", "~/{bin,.local/bin}/*"],
    kinds: ["created", "linked"],
    types: ["file", "symlink"],
  },
  {
    id: "no-program",
    name: "Not a program",
    reason: "It is not a program, and lies in a folder of programs.",
    says: [
      "left a file that is not a program in a folder of programs",
      "left {n} files that are not programs in a folder of programs",
    ],
    where: ["**/{bin,sbin}/*"],
    except: [...VENDORED, "**/{bin,sbin}/.*"],
    kinds: NEW,
    types: ["file"],
    noMode: 0o111,
  },
  {
    id: "no-program-name",
    name: "Named like a document",
    reason: "By its name it is a document or a picture, and it lies in a folder of programs.",
    says: ["left a document in a folder of programs", "left {n} documents in a folder of programs"],
    where: [
      "**/{bin,sbin}/*.{png,jpg,jpeg,gif,svg,ico,webp,pdf,txt,md,html,css,json,xml,csv,ini,conf,desktop,ttf,wav,mp3}",
    ],
    except: VENDORED,
    kinds: NEW,
    types: ["file"],
    anyMode: 0o111,
  },
  {
    id: "odd-program",
    name: "Program in an odd place",
    reason: "It can be run, and lies where programs are not kept.",
    says: ["left a program where programs are not kept", "left {n} programs where programs are not kept"],
    where: [
      "/{tmp,var/tmp,dev/shm,run,var/log,var/cache,var/mail}/**",
      "~/{Documents,Pictures,Music,Videos,Desktop,Templates,Public}/**",
      "~/.{cache,config,fonts,icons,themes}/**",
      "/usr{,/local}/share/{doc,man,icons,fonts,locale,pixmaps,applications}/**",
      "/usr{,/local}/include/**",
    ],
    except: VENDORED,
    kinds: [...NEW, "modified"],
    types: ["file"],
    anyMode: 0o111,
  },
  {
    id: "two-endings",
    name: "Two endings",
    reason: "Its name looks like a document's, but its last ending is a program's.",
    says: ["left a program that is named like a document", "left {n} programs that are named like documents"],
    where: [
      "**/*.{pdf,doc,docx,odt,xls,xlsx,ods,ppt,pptx,rtf,txt,csv,jpg,jpeg,png,gif,webp,mp3,mp4,avi,mkv,html,zip}.{sh,bash,run,bin,desktop,exe,com,bat,cmd,scr,msi,js,vbs,ps1,jar,py,pl,rb,php,AppImage,appimage,deb,rpm}",
    ],
    except: VENDORED,
    kinds: [...NEW, "modified"],
    types: ["file", "symlink"],
  },
  {
    id: "deceptive-name",
    name: "Deceptive name",
    reason: "Its name holds characters that hide or turn text, or begins or ends with a space.",
    says: ["made a name that deceives the eye", "made {n} names that deceive the eye"],
    where: ["/**"],
    kinds: NEW,
    types: ["file", "directory", "symlink", "fifo", "socket", "device"],
    deceptive: true,
  },
  {
    id: "hidden",
    name: "Hidden in the system",
    reason: "It is hidden (its name begins with a dot) where hidden files are unusual.",
    says: ["hid a file among those of the system", "hid {n} files among those of the system"],
    where: ["/{bin,sbin,lib,lib64,boot,usr,opt,srv,dev,tmp,var/tmp}/**/.*", "/etc/.*", "/.*"],
    except: [
      "/etc/.{pwd.lock,updated}",
      "/tmp/.{X11,ICE,XIM,font,Test}-unix",
      "/tmp/.X?-lock",
      "**/.{gitignore,gitkeep,keep,placeholder,build-id,npmignore,editorconfig,uuid}",
      "/usr/lib/debug/.build-id/**",
      "**/.build-id/**",
      ...VENDORED,
    ],
    kinds: NEW,
    types: ["file", "directory", "symlink", "fifo", "socket", "device"],
  },
  {
    id: "huge",
    name: "Very large files",
    reason: "It is larger than 100 MB.",
    says: ["wrote a very large file", "wrote {n} very large files"],
    where: ["/**"],
    kinds: [...NEW, "modified"],
    types: ["file"],
    over: 100_000_000,
  },
  {
    id: "device",
    name: "Devices",
    reason: "It is a device: it gives access to hardware or to the kernel.",
    says: ["made a device", "made {n} devices"],
    where: ["/**"],
    kinds: NEW,
    types: ["device"],
  },
  {
    id: "deletion",
    name: "Deletions",
    reason: "It was there before, and would be gone.",
    says: ["deleted something that was there before", "deleted {n} files and folders"],
    where: ["/**"],
    except: PASSING,
    kinds: ["deleted"],
    types: ["file", "directory", "symlink", "fifo", "socket", "device"],
  },
] as const satisfies readonly Rule[];

export type RuleId = (typeof RULES)[number]["id"];
