//! A setting of the kernel that an attack changes, and those of the network.

use std::path::Path;

use crate::host::settings;

use super::{Canary, Facts};

/// How often the kernel refreshes its own statistics: harmless whatever it says for a moment.
const SYSCTL: &str = "/proc/sys/vm/stat_interval";
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
        // The setting that is aimed at, and those of this machine's own network.
        facts.insert(SYSCTL.replace("/proc/sys", "sysctl"), std::fs::read_to_string(SYSCTL).unwrap());
        settings(Path::new("/proc/sys/net"), facts);
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
