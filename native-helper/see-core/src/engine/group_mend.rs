//! What to do where this machine offers no control group of the kind that a session needs. Looks at the machine, changes nothing.

use std::path::Path;

use rustix::fs::StatVfsMountFlags;
use serde::{Deserialize, Serialize};

use crate::session::Mode;

use super::group::{BESIDE, CGROUP1, CGROUP2, TOP, is_mounted};

/// What a session needs a control group for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To stand still as a whole.
    Freeze,
    /// A limit of processes.
    Processes,
    /// A limit of memory.
    Memory,
}

impl Need {
    /// Returns the controller that it takes, and the kernel's setting for that; freezing takes none.
    fn controller(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Freeze => None,
            Self::Processes => Some(("pids", "CONFIG_CGROUP_PIDS=y")),
            Self::Memory => Some(("memory", "CONFIG_MEMCG=y")),
        }
    }
}

/// A way to have one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", content = "type", rename_all = "kebab-case")]
pub enum Way {
    /// The account has a manager that gives it one: what is typed before the command line.
    Scope(String),
    /// Once the account has a manager. What is typed for that, and then before the command line.
    Manager(String),
    /// Only root can have one here.
    Root,
    /// The hierarchy is not mounted, or not to be written: what is typed.
    Mount(String),
    /// It was switched off when the machine was started: the word in the kernel's command line.
    Boot(String),
    /// The kernel has none: the setting that it is built with.
    Kernel(String),
    /// Whoever made the container that this runs in keeps them.
    Container,
}

impl Way {
    /// Returns it in the words of the command line.
    pub fn words(&self) -> String {
        match self {
            Self::Scope(typed) => format!("Start it so: {typed} alcatraz …"),
            Self::Manager(typed) => {
                format!("Have a manager of your own, then start it so: {typed} alcatraz …")
            }
            Self::Root => "Run Alcatraz with sudo.".to_owned(),
            Self::Mount(typed) => typed.clone(),
            Self::Boot(word) => {
                format!("Take {word} off the kernel's command line, and start the machine anew.")
            }
            Self::Kernel(setting) => format!("Use a kernel with {setting}."),
            Self::Container => {
                "Start the container with control groups that it may change, or run Alcatraz outside of it."
                    .to_owned()
            }
        }
    }
}

/// Returns the way for what this machine does not offer.
pub fn way(mode: Mode, need: Need) -> Way {
    match mode {
        Mode::System => for_root(need),
        Mode::User => for_user(need, Path::new("/run"), rustix::process::geteuid().as_raw()),
    }
}

/// Without privilege a group is had from the manager of one's own account, which gives none that counts where those of the first
/// version do.
fn for_user(need: Need, run: &Path, uid: u32) -> Way {
    let tops: &[&str] = if need == Need::Freeze { &[TOP, BESIDE] } else { &[TOP] };
    let has = |top: &str| need.controller().is_none_or(|(controller, _)| offers(top, controller));
    let is_offered = tops.iter().any(|top| is_mounted(top, CGROUP2) && !is_read_only(top) && has(top));
    if !is_offered || !run.join("systemd/system").is_dir() {
        return Way::Root;
    }
    let own = run.join(format!("user/{uid}"));
    let scope = "systemd-run --user --scope -p Delegate=yes";
    let there = format!("XDG_RUNTIME_DIR={} {scope}", own.display());
    match own.join("systemd/private").exists() {
        true if std::env::var_os("XDG_RUNTIME_DIR").is_some() => Way::Scope(scope.to_owned()),
        true => Way::Scope(there),
        false => Way::Manager(format!("sudo loginctl enable-linger {uid} && {there}")),
    }
}

fn for_root(need: Need) -> Way {
    let Some((controller, setting)) = need.controller() else { return for_second_version() };
    let first = format!("{TOP}/{controller}");
    if is_mounted(&first, CGROUP1) {
        return writable(&first);
    }
    let second = [TOP, BESIDE].into_iter().find(|top| is_mounted(top, CGROUP2));
    if let Some(top) = second.filter(|top| offers(top, controller)) {
        return writable(top);
    }
    match is_on(&std::fs::read_to_string("/proc/cgroups").unwrap_or_default(), controller) {
        None => Way::Kernel(setting.to_owned()),
        Some(false) => Way::Boot(format!("cgroup_disable={controller}")),
        // In the second version that lies where it belongs, whoever is above gives it on or not.
        Some(true) if second == Some(TOP) => Way::Container,
        Some(true) if is_mounted(TOP, SYSFS) => for_second_version(),
        Some(true) => {
            Way::Mount(format!("sudo mkdir -p {first} && sudo mount -t cgroup -o {controller} none {first}"))
        }
    }
}

/// Whatever freezes is of the second version.
fn for_second_version() -> Way {
    match [TOP, BESIDE].into_iter().find(|top| is_mounted(top, CGROUP2)) {
        Some(_) if !see_sys::kernel::is_since((5, 2)) => Way::Kernel("version 5.2 or later".to_owned()),
        Some(top) => writable(top),
        None if is_mounted(TOP, SYSFS) => Way::Mount(format!("sudo mount -t cgroup2 none {TOP}")),
        // Where the first version has its hierarchies, the second lies beside them.
        None => Way::Mount(format!("sudo mkdir -p {BESIDE} && sudo mount -t cgroup2 none {BESIDE}")),
    }
}

fn offers(top: &str, controller: &str) -> bool {
    let list = std::fs::read_to_string(Path::new(top).join("cgroup.controllers")).unwrap_or_default();
    list.split_whitespace().any(|each| each == controller)
}

/// What a file system is where nothing is mounted on a place of the kernel's.
const SYSFS: u64 = 0x6265_6572;

/// The hierarchy is there, and no group could be made in it.
fn writable(top: &str) -> Way {
    match is_read_only(top) {
        true => Way::Mount(format!("sudo mount -o remount,bind,rw {top}")),
        false => Way::Container,
    }
}

fn is_read_only(top: &str) -> bool {
    rustix::fs::statvfs(top).is_ok_and(|stat| stat.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Tells from `/proc/cgroups` whether a controller is switched on; `None` when the kernel has it not.
fn is_on(table: &str, controller: &str) -> Option<bool> {
    let line = table.lines().find(|line| line.split_whitespace().next() == Some(controller))?;
    Some(line.split_whitespace().last() == Some("1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controller_is_on_off_or_not_there() {
        let table = "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t3\t1\t1\nmemory\t0\t61\t0\npids\t8\t1\t1\n";
        assert_eq!(
            ["memory", "pids", "rdma"].map(|name| is_on(table, name)),
            [Some(false), Some(true), None]
        );
    }
}
