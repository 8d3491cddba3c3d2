// What deserves a look before it is committed, as plain data: where, under which conditions; why is said in
// texts/rules.ts. A rule that holds is no verdict; it only says where to look first. Each has examples in rules.test.ts.
//
// `where` and `except` are patterns of places.ts; ~ stands for every home. In a home only these and ** hold, wherever it lies. Without `types`, folders count only when they
// come from elsewhere or go: their content counts by itself. Without `kinds`, every kind counts.
import type { ChangeKind, FileType } from "../../../protocol/src/change.js";
import { PRIVILEGED } from "../changes/kinds.js";
import { RULE_TEXTS, type RuleId, type RuleText } from "../../../texts/rules.js";

interface RuleFacts {
  /** A rule without words in texts/rules.ts does not compile. */
  id: RuleId;
  where: readonly string[];
  except?: readonly string[];
  kinds?: readonly ChangeKind[];
  types?: readonly FileType[];
  /** At least one of these permission bits (PRIVILEGED among them), or none of these. */
  anyMode?: number;
  noMode?: number;
  /** Larger than so many bytes. */
  over?: number;
  /** The name holds characters that hide or turn text, or begins or ends with a space. */
  deceptive?: true;
}

export type Rule = RuleFacts & RuleText;

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

const RULE_FACTS: readonly RuleFacts[] = [
  {
    id: "ssh-access",
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
    where: [
      "~/.{xprofile,xinitrc,xsession,xsessionrc,Xresources,pam_environment}",
      "~/.config/environment.d/**",
      "/etc/environment.d/**",
      "~/.config/plasma-workspace/{env,shutdown}/**",
      "/etc/X11/{Xsession.d,xinit}/**",
      "/usr/share/{xsessions,wayland-sessions}/**",
    ],
  },
  {
    id: "autostart",
    where: [
      "~/.config/{autostart,autostart-scripts}/**",
      "/etc/xdg/autostart/**",
      "/usr/share/gnome/autostart/**",
      "~/.config/{sway,i3,hypr}/**",
      "~/.local/share/gnome-shell/extensions/**",
      "/etc/NetworkManager/dispatcher.d/**",
    ],
  },
  {
    id: "services",
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
    where: [
      "/etc/{crontab,anacrontab}",
      "/etc/cron.*/**",
      "/etc/logrotate.d/**",
      "/var/spool/{cron,anacron,at,cron.atjobs}/**",
    ],
    except: ["/etc/cron.*/.placeholder"],
  },
  {
    id: "root-rights",
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
    where: [
      "/etc/{passwd,shadow,group,gshadow,subuid,subgid,login.defs,nsswitch.conf}{,-}",
      "/etc/{pam.d,security}/**",
      "/etc/pam.conf",
    ],
  },
  {
    id: "preload",
    where: [
      "/etc/ld.so.{preload,conf}",
      "/etc/ld.so.conf.d/**",
      "/usr/local/lib/*.so*",
      "~/.local/lib/python*/site-packages/{*.pth,usercustomize.py,sitecustomize.py}",
    ],
  },
  {
    id: "libraries",
    where: ["{,/usr,/usr/local}/{lib,lib32,lib64,libx32}/**/*.so{,.*}"],
    except: ["/usr/local/lib/*.so*"],
    kinds: CHANGED,
  },
  {
    id: "boot",
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
    where: [
      "/etc/{hosts,hosts.allow,hosts.deny,resolv.conf,gai.conf,nftables.conf,networks}",
      "/etc/{NetworkManager,network,netplan,iptables,ufw,firewalld,wireguard,openvpn}/**",
      "/etc/systemd/{network,resolved.conf.d}/**",
    ],
  },
  {
    id: "certificates",
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
    where: [
      "~/.{gitconfig,vimrc,emacs,gdbinit,tmux.conf,screenrc,mailcap,envrc,pythonrc}",
      "~/.config/{git,nvim,direnv,mimeapps.list}",
      "~/.config/{git,nvim,direnv}/**",
      "~/.{emacs.d,vim}/**",
      "~/.local/share/applications/**",
      "~/.config/{Code,VSCodium}/User/{settings,tasks}.json",
      "**/.git/{config,hooks/*}",
      "**/.vscode/{tasks,settings,launch}.json",
    ],
    except: ["**/.git/hooks/*.sample", ...VENDORED],
  },
  {
    id: "set-id",
    where: ["/**"],
    kinds: [...NEW, "modified"],
    types: ["file"],
    anyMode: 0o6000 | PRIVILEGED,
  },
  {
    id: "open-to-all",
    where: ["/{bin,sbin,lib,lib64,boot,etc,opt,usr}/**"],
    kinds: [...NEW, "modified"],
    types: ["file", "directory"],
    anyMode: 0o002,
    noMode: 0o1000,
  },
  {
    id: "commands",
    where: [
      "/{bin,sbin}/*",
      "/usr/{bin,sbin,games}/*",
      "/usr/local/{bin,sbin,games}/*",
      "/etc/alternatives/*",
      "~/{bin,.local/bin,.cargo/bin,go/bin}/*",
    ],
    kinds: CHANGED,
  },
  {
    id: "first-in-path",
    where: ["/usr/local/{bin,sbin}/*", "~/{bin,.local/bin}/*"],
    kinds: ["created", "linked"],
    types: ["file", "symlink"],
  },
  {
    id: "no-program",
    where: ["**/{bin,sbin}/*"],
    except: [...VENDORED, "**/{bin,sbin}/.*"],
    kinds: NEW,
    types: ["file"],
    noMode: 0o111,
  },
  {
    id: "no-program-name",
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
    where: [
      "/{tmp,var/tmp,dev/shm,run,var/log,var/cache,var/mail}/**",
      "~/{Documents,Pictures,Music,Videos,Desktop,Templates,Public}/**",
      "~/.{cache,config,fonts,icons,themes}/**",
      "~/**/.*",
      "~/.local/{share,state,lib}/.*/**",
      "/usr{,/local}/share/{doc,man,icons,fonts,locale,pixmaps,applications}/**",
      "/usr{,/local}/include/**",
      "/usr{,/local}/share/*",
    ],
    except: VENDORED,
    kinds: [...NEW, "modified"],
    types: ["file"],
    anyMode: 0o111,
  },
  {
    id: "two-endings",
    where: [
      "**/*.{pdf,doc,docx,odt,xls,xlsx,ods,ppt,pptx,rtf,txt,csv,jpg,jpeg,png,gif,webp,mp3,mp4,avi,mkv,html,zip}.{sh,bash,run,bin,desktop,exe,com,bat,cmd,scr,msi,js,vbs,ps1,jar,py,pl,rb,php,AppImage,appimage,deb,rpm}",
    ],
    except: VENDORED,
    kinds: [...NEW, "modified"],
    types: ["file", "symlink"],
  },
  {
    id: "deceptive-name",
    where: ["/**"],
    kinds: NEW,
    types: ["file", "directory", "symlink", "fifo", "socket", "device"],
    deceptive: true,
  },
  {
    id: "hidden",
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
    where: ["/**"],
    kinds: [...NEW, "modified"],
    types: ["file"],
    over: 100_000_000,
  },
  {
    id: "device",
    where: ["/**"],
    kinds: NEW,
    types: ["device"],
  },
  {
    id: "deletion",
    where: ["/**"],
    except: PASSING,
    kinds: ["deleted"],
    types: ["file", "directory", "symlink", "fifo", "socket", "device"],
  },
];

/** Every rule with its words. */
export const RULES: readonly Rule[] = RULE_FACTS.map((facts) =>
  Object.assign({}, facts, RULE_TEXTS[facts.id]),
);
