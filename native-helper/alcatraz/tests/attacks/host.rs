//! The host, whole, as facts to compare before and after: its mounts, processes, sockets, names, settings and key rings. The
//! canaries add their own.

use std::collections::BTreeSet;
use std::path::Path;

use crate::canaries::{Canary, Facts};

/// Settings of the kernel: everything below these, and these names of `kernel`. Those of the network are the canaries'.
const SETTINGS: &[&str] = &["vm", "fs", "user", "debug", "dev"];
const SETTINGS_OF_KERNEL: &[&str] = &[
    "hostname",
    "domainname",
    "core_pattern",
    "core_pipe_limit",
    "core_uses_pid",
    "modprobe",
    "hotplug",
    "printk",
    "printk_ratelimit",
    "randomize_va_space",
    "kptr_restrict",
    "dmesg_restrict",
    "panic",
    "panic_on_oops",
    "sysrq",
    "perf_event_paranoid",
    "unprivileged_bpf_disabled",
    "io_uring_disabled",
    "threads-max",
    "pid_max",
    "msgmax",
    "msgmnb",
    "msgmni",
    "sem",
    "shmall",
    "shmmax",
    "shmmni",
    "shm_rmid_forced",
    "acct",
    "tainted",
    "usermodehelper/bset",
    "usermodehelper/inheritable",
    "seccomp/actions_logged",
];
/// What changes by itself, and what an attack natively changes for every machine, which is its own canary.
const RESTLESS: &[&str] = &[
    "dentry-state",
    "inode-state",
    "inode-nr",
    "file-nr",
    "aio-nr",
    "nf_conntrack_count",
    "stat_refresh",
    "syncs",
    "netdev_rss_key",
    "vm/stat_interval",
    "fs/binfmt_misc",
];

/// Returns how everything is now. `user` is the attacker.
pub fn facts(canaries: &[Box<dyn Canary>], user: u32) -> Facts {
    let mut facts = Facts::new();
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    facts.insert("mounts".to_owned(), read("/proc/self/mountinfo"));
    facts.insert("processes".to_owned(), processes().join("\n"));
    for table in ["unix", "tcp", "udp", "tcp6", "udp6", "raw", "packet"] {
        facts.insert(format!("sockets/{table}"), sockets(table));
    }
    facts.insert("name".to_owned(), read("/proc/sys/kernel/hostname") + &read("/proc/sys/kernel/domainname"));
    for name in SETTINGS {
        settings(&Path::new("/proc/sys").join(name), &mut facts);
    }
    for name in SETTINGS_OF_KERNEL {
        settings(&Path::new("/proc/sys/kernel").join(name), &mut facts);
    }
    facts.insert("keys".to_owned(), keys());
    facts.insert(KEPT_KEYS.to_owned(), kept_keys(user).to_string());
    for canary in canaries {
        canary.tell(&mut facts);
    }
    facts
}

/// Adds a setting, or all that are below.
pub fn settings(path: &Path, facts: &mut Facts) {
    if RESTLESS.iter().any(|name| path.ends_with(name)) {
        return;
    }
    if let Ok(entries) = std::fs::read_dir(path) {
        entries.flatten().for_each(|entry| settings(&entry.path(), facts));
        return;
    }
    if let Ok(value) = std::fs::read(path) {
        let name = path.display().to_string().replace("/proc/sys", "sysctl");
        facts.insert(name, String::from_utf8_lossy(&value).trim().to_owned());
    }
}

/// How many keys an attacker has. They become fewer by themselves: the kernel frees those of processes that have ended a while later.
const KEPT_KEYS: &str = "the attacker's keys";

/// Returns how many keys the attacker has, when it is nobody else.
fn kept_keys(user: u32) -> u64 {
    let users = std::fs::read_to_string("/proc/key-users").unwrap();
    let own = users.lines().find_map(|line| line.trim_start().strip_prefix(&format!("{user}:")));
    let own = own.filter(|_| user != 0).and_then(|line| line.split_whitespace().nth(1)?.split('/').next());
    own.map_or(0, |count| count.parse().unwrap())
}

/// Returns the keys that this test sees, but for those that tests make.
fn keys() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let all = read("/proc/keys");
    // Number, flags, uses, time left: the look itself changes them. What a key ring holds is counted by its keys.
    let kept = |line: &str| {
        let told = line.split_whitespace().skip(4).collect::<Vec<_>>().join(" ");
        (!told.contains(" keyring ") && !told.contains("canary-")).then_some(told)
    };
    let mut lines: Vec<String> = all.lines().filter_map(kept).collect();
    lines.sort();
    lines.join("\n")
}

/// Returns what differs, a line each.
pub fn differences(before: &Facts, after: &Facts) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let count = |facts: &Facts| facts.get(KEPT_KEYS).map_or(0, |count| count.parse::<u64>().unwrap());
    let is_fewer = |name: &str| name == KEPT_KEYS && count(after) <= count(before);
    let differs =
        names.into_iter().filter(|name| before.get(*name) != after.get(*name) && !is_fewer(name.as_str()));
    differs.map(|name| format!("{name}: {}", difference(before.get(name), after.get(name)))).collect()
}

/// Returns the lines that only one of two facts has.
fn difference(before: Option<&String>, after: Option<&String>) -> String {
    let lines = |fact: Option<&String>| -> BTreeSet<String> {
        fact.map(|fact| fact.lines().map(str::to_owned).collect()).unwrap_or_default()
    };
    let (before, after) = (lines(before), lines(after));
    let only = |these: &BTreeSet<String>, others: &BTreeSet<String>| -> Vec<String> {
        these.difference(others).cloned().collect()
    };
    format!("{:?} became {:?}", only(&before, &after), only(&after, &before))
}

/// Returns the processes of this machine: number and command line.
pub fn processes() -> Vec<String> {
    let numbers = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let mut all: Vec<u32> = numbers.collect();
    all.sort_unstable();
    let told = all.into_iter().filter_map(|number| {
        let words = std::fs::read(format!("/proc/{number}/cmdline")).ok()?;
        // Kernel threads and the dead have none. A supervisor unmounts after it told the end, which takes the disk a while.
        let counts = !words.is_empty() && !words.starts_with(b"alcatraz\0supervise\0");
        counts.then(|| format!("{number} {}", String::from_utf8_lossy(&words).replace('\0', " ")))
    });
    told.collect()
}

/// Returns the sockets that are bound, without what changes by itself.
fn sockets(table: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
    let rows = text.lines().skip(1).filter_map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        match table {
            "unix" => columns.get(7).map(|name| (*name).to_owned()),
            "packet" => columns.get(3).map(|protocol| (*protocol).to_owned()),
            _ => Some(format!("{} {}", columns.get(1)?, columns.get(3)?)),
        }
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    if table == "unix" {
        // Each connection to a server bears its name, and lasts a moment longer than who asked.
        rows.dedup();
    }
    rows.join("\n")
}
