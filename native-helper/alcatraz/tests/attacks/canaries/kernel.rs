//! Settings of the kernel: one that an attack changes, and all others to see that nothing else did.

use std::path::Path;

use super::{Canary, Facts};

/// How often the kernel refreshes its own statistics: harmless whatever it says for a moment.
const SYSCTL: &str = "/proc/sys/vm/stat_interval";
/// Everything below these, and these names of `kernel`.
const WATCHED: &[&str] = &["vm", "fs", "net", "user", "debug", "dev"];
const WATCHED_OF_KERNEL: &[&str] = &[
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
/// What changes by itself.
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
];

/// The settings as they were; an attack that succeeded is undone at the end.
pub struct Settings {
    value: String,
}

impl Settings {
    pub fn remember() -> Self {
        Self { value: std::fs::read_to_string(SYSCTL).unwrap() }
    }
}

impl Canary for Settings {
    fn env(&self) -> Vec<(&'static str, String)> {
        let other: u32 = self.value.trim().parse().unwrap();
        vec![("SYSCTL", SYSCTL.to_owned()), ("SYSCTL_VALUE", (other + 1).to_string())]
    }

    fn tell(&self, facts: &mut Facts) {
        for name in WATCHED {
            read_all(&Path::new("/proc/sys").join(name), facts);
        }
        for name in WATCHED_OF_KERNEL {
            read_all(&Path::new("/proc/sys/kernel").join(name), facts);
        }
        let swap = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
        facts.insert(
            "swap".to_owned(),
            swap.lines()
                .map(|line| line.split_whitespace().next().unwrap_or_default())
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
}

impl Drop for Settings {
    fn drop(&mut self) {
        std::fs::write(SYSCTL, &self.value).unwrap();
        // Names of this machine, which is the test's own.
        let _ = std::fs::write("/proc/sys/kernel/hostname", "alcatraz-test");
        let _ = std::fs::write("/proc/sys/kernel/domainname", "(none)");
    }
}

fn read_all(path: &Path, facts: &mut Facts) {
    if RESTLESS.iter().any(|name| path.ends_with(name)) {
        return;
    }
    if let Ok(entries) = std::fs::read_dir(path) {
        entries.flatten().for_each(|entry| read_all(&entry.path(), facts));
        return;
    }
    if let Ok(value) = std::fs::read(path) {
        let name = path.display().to_string().replace("/proc/sys", "sysctl");
        facts.insert(name, String::from_utf8_lossy(&value).trim().to_owned());
    }
}
