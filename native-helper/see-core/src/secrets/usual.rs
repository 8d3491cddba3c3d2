//! Where credentials usually lie: in homes, and of the machine itself; and whose homes there are. Looks at the user data
//! base and at what is there; hides nothing.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use crate::path::HostPath;

/// Where credentials usually lie, below a home directory.
const USUAL: &[&str] = &[
    // Keys, password stores, key rings.
    ".ssh",
    ".gnupg",
    ".pki",
    ".password-store",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".config/keepassxc",
    ".config/Bitwarden",
    ".config/1Password",
    ".config/op",
    ".config/sops",
    ".authinfo",
    ".authinfo.gpg",
    ".vnc",
    // Clouds, registries, repositories.
    ".aws",
    ".azure",
    ".oci",
    ".config/gcloud",
    ".config/doctl",
    ".config/rclone",
    ".config/hcloud",
    ".s3cfg",
    ".boto",
    ".docker/contexts",
    ".kube",
    ".docker/config.json",
    ".config/containers/auth.json",
    ".terraform.d/credentials.tfrc.json",
    ".vault-token",
    ".netrc",
    ".git-credentials",
    ".config/git/credentials",
    ".config/gh",
    ".config/hub",
    ".config/glab-cli",
    ".npmrc",
    ".pypirc",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".pgpass",
    ".my.cnf",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    ".gradle/gradle.properties",
    ".composer/auth.json",
    ".config/composer/auth.json",
    ".huggingface/token",
    ".cache/huggingface/token",
    ".config/filezilla",
    // Browsers and mail.
    ".mozilla",
    ".thunderbird",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".config/opera",
    ".config/vivaldi",
    "snap/firefox/common/.mozilla",
    "snap/chromium/common/chromium",
    ".librewolf",
    ".msmtprc",
    ".local/share/evolution",
    ".config/Signal",
    ".local/share/TelegramDesktop",
    ".var/app/org.mozilla.firefox",
    ".var/app/org.mozilla.Thunderbird",
    ".var/app/com.google.Chrome",
    ".var/app/org.chromium.Chromium",
    // Wallets.
    ".bitcoin",
    ".ethereum",
    ".electrum",
    ".monero",
    ".config/solana",
];

/// Where the machine itself has credentials: of its networks, and as a member of a domain.
const OF_THE_MACHINE: &[&str] =
    &["/etc/NetworkManager/system-connections", "/etc/wireguard", "/etc/krb5.keytab"];
/// Where the keys lie by which others know it, and how their names begin and end.
const HOST_KEYS: (&str, &[u8], &[u8]) = ("/etc/ssh", b"ssh_host_", b"_key");

/// Returns the usual places in these homes.
pub fn usual(homes: BTreeSet<HostPath>) -> impl Iterator<Item = HostPath> {
    homes.into_iter().flat_map(|home| USUAL.iter().map(move |name| home.join(name.as_bytes())))
}

/// Returns every home directory: a program that becomes another user inside must not find that user's secrets.
pub fn homes(own: Option<&HostPath>) -> BTreeSet<HostPath> {
    let text = std::fs::read("/etc/passwd").unwrap_or_default();
    let listed = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == b':').nth(5).and_then(HostPath::new));
    listed.chain(own.cloned()).filter(|home| *home != HostPath::root()).collect()
}

/// Returns the homes in which somebody lives who may make something there: accounts of services share directories of root's.
/// An ordinary user sees what others make only where they want it.
pub fn lived_in(own: Option<&HostPath>) -> BTreeSet<HostPath> {
    let text = std::fs::read("/etc/passwd").unwrap_or_default();
    let listed = text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line.split(|byte| *byte == b':').skip(2);
        let user: u32 = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
        Some((user, HostPath::new(fields.nth(2)?)?))
    });
    let me = rustix::process::geteuid();
    let is_owner = |(user, home): &(u32, HostPath)| {
        (me.is_root() || me.as_raw() == *user)
            && rustix::fs::stat(home.as_path()).is_ok_and(|stat| stat.st_uid == *user)
    };
    let homes = listed.filter(is_owner).map(|(_, home)| home).chain(own.cloned());
    homes.filter(|home| *home != HostPath::root()).collect()
}

/// Returns what of the machine's own secrets is there. An ordinary user cannot read them anyway.
pub fn of_the_machine() -> Vec<HostPath> {
    if !rustix::process::geteuid().is_root() {
        return Vec::new();
    }
    let listed = std::fs::read_dir(HOST_KEYS.0).into_iter().flatten().flatten().map(|entry| entry.path());
    let keys = listed.filter(|path| {
        let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
        name.starts_with(HOST_KEYS.1) && name.ends_with(HOST_KEYS.2)
    });
    let keys = keys.filter_map(|path| HostPath::new(path.as_os_str().as_bytes()));
    OF_THE_MACHINE.iter().filter_map(|place| HostPath::new(place.as_bytes())).chain(keys).collect()
}

/// Returns where the store of each account is, when nobody names another place.
pub fn stores_of_all() -> impl Iterator<Item = PathBuf> {
    let own = homes(None).into_iter().map(|home| home.join(b".local/share/alcatraz").as_path().to_owned());
    own.chain([PathBuf::from("/var/lib/alcatraz")])
}
