//! Which file system each path of the SEE lies on: its layers, directories of the host shown as they are, and what is
//! the SEE's own. Read from mount tables; touches no file of the SEE.

use std::collections::HashMap;

use crate::layer::Layer;
use crate::mounts::{self, Mount};
use crate::path::HostPath;

/// What a mount point shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The layer with this position.
    Layer(usize),
    /// A directory or file of the host, as it is.
    Host(HostPath),
    /// A file system of the kernel's making: `/proc`, `/sys`.
    Kernel,
    /// A memory file system of the SEE's own.
    Memory,
    /// What the SEE's main mount table has at this path.
    Alias(HostPath),
    /// A program's own mount of which nobody can say what it shows: the host's files, perhaps.
    Unknown,
}

/// One mount name space, as one root directory sees it.
#[derive(Debug)]
pub struct Table {
    /// Tells tables apart; 0 is the SEE's main one.
    pub id: u32,
    mounts: HashMap<HostPath, Point>,
    /// The main table's: which path shows which directory of which file system.
    shown: Vec<Shown>,
}

/// A place where something is mounted, or where a root directory begins.
#[derive(Clone, Debug)]
pub struct Point {
    /// What it shows.
    pub target: Target,
    /// The mount's number.
    pub mount: u64,
}

#[derive(Debug)]
struct Shown {
    device: u64,
    root: HostPath,
    point: HostPath,
    /// Whether it is a file system that holds nothing of the host's.
    is_own: bool,
}

/// File systems that hold no file of the host.
const OWN: &[&str] = &[
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "mqueue",
    "cgroup",
    "cgroup2",
    "securityfs",
    "debugfs",
    "tracefs",
    "configfs",
    "bpf",
    "pstore",
    "binfmt_misc",
    "fusectl",
    "hugetlbfs",
    "nsfs",
    "efivarfs",
];

/// A file system that shows others.
const OVERLAY: &str = "overlay";

impl Table {
    /// Returns the main table of a SEE, which has these mounts.
    pub fn main(mounts: Vec<Mount>, layers: &[Layer]) -> Option<Self> {
        let host = mounts::of_process(std::process::id(), u64::MAX).ok()?;
        let mut table = Self { id: 0, mounts: HashMap::new(), shown: Vec::new() };
        for mount in mounts {
            let layer = layers.iter().position(|layer| layer.mount_point == mount.point);
            let target = match layer {
                Some(place) if mount.fs_type == OVERLAY => Target::Layer(place),
                // What cannot be overlaid is shown as it is, through an overlay without a layer.
                _ if mount.fs_type == OVERLAY => Target::Host(mount.point.clone()),
                _ if OWN.contains(&mount.fs_type.as_str()) => Target::Kernel,
                _ => match host.iter().find_map(|shown| same_directory(&mount, shown)) {
                    Some(path) => Target::Host(path),
                    None => Target::Memory,
                },
            };
            let is_own = matches!(target, Target::Kernel | Target::Memory);
            table.mounts.insert(mount.point.clone(), Point { target, mount: mount.id });
            if let Some(root) = root_of(&mount) {
                table.shown.push(Shown { device: mount.device, root, point: mount.point, is_own });
            }
        }
        Some(table)
    }

    /// Returns the table of a program that has made mounts, a mount name space or a root directory of its own, with these mounts.
    /// `top` is its root directory, unless that is one of them.
    pub fn own(mounts: Vec<Mount>, top: Point, id: u32, main: &Self) -> Self {
        let begins = top.mount;
        let mut table = Self { id, mounts: HashMap::from([(HostPath::root(), top)]), shown: Vec::new() };
        // What is mounted on a root directory is not where paths begin.
        for mount in mounts.into_iter().filter(|it| it.point != HostPath::root() || it.id == begins) {
            let root = root_of(&mount);
            let known = main.shown.iter().find_map(|shown| {
                let root = root.as_ref().filter(|_| shown.device == mount.device)?;
                HostPath::new(&[shown.point.as_bytes(), b"/", root.below(&shown.root)?].concat())
            });
            let own = match mount.fs_type.as_str() {
                OVERLAY => Target::Unknown,
                own if OWN.contains(&own) => Target::Kernel,
                _ => Target::Memory,
            };
            let target = known.map_or(own, Target::Alias);
            table.mounts.insert(mount.point, Point { target, mount: mount.id });
        }
        table
    }

    /// Returns what is mounted exactly here.
    pub fn at(&self, path: &HostPath) -> Option<&Target> {
        self.mounts.get(path).map(|point| &point.target)
    }

    /// Returns what is mounted here or, nearest, above.
    pub fn around(&self, path: &HostPath) -> Option<&Point> {
        let mut at = path.clone();
        loop {
            match self.mounts.get(&at) {
                None => at = at.parent()?,
                found => return found,
            }
        }
    }

    /// Tells what a directory holds that no path of the main table leads to, by its file system, which is one of that table's.
    pub fn elsewhere(&self, device: u64) -> Target {
        let mut shown = self.shown.iter().filter(|shown| shown.device == device);
        if shown.all(|shown| shown.is_own) { Target::Memory } else { Target::Unknown }
    }
}

/// Returns a path of the host that shows the same directory as a mount of the SEE, when `host` does.
fn same_directory(mount: &Mount, host: &Mount) -> Option<HostPath> {
    let below = root_of(mount)?;
    let below =
        (mount.device == host.device).then(|| below.below(&root_of(host)?).map(<[u8]>::to_vec)).flatten()?;
    HostPath::new(&[host.point.as_bytes(), b"/", &below].concat())
}

/// Returns which directory of its file system a mount shows; `None` for those that show no directory (`net:[…]`).
fn root_of(mount: &Mount) -> Option<HostPath> {
    HostPath::new(&mount.root)
}

/// How a thread sees paths: its mount table and its root directory there.
#[derive(Clone, Debug)]
pub struct Sight {
    /// The table.
    pub table: std::sync::Arc<Table>,
    /// The root directory, as a path of the table.
    pub root: HostPath,
    /// What the supervisor has to take off the front of a path that the kernel tells, to get a path of the table.
    pub prefix: HostPath,
    /// It is not the thread's own: what counts from a descriptor is found by it, and nothing that counts from the root directory.
    pub is_borrowed: bool,
}

impl Sight {
    /// Tells whether a path leads where this does not tell.
    pub fn loses(&self, path: &[u8]) -> bool {
        self.is_borrowed && path.first() == Some(&b'/')
    }

    /// Returns a path that the kernel told as a path of the table; `None` when it lies outside.
    pub fn inner(&self, told: &[u8]) -> Option<HostPath> {
        let told = HostPath::new(told)?;
        HostPath::new(&[b"/", told.below(&self.prefix)?].concat())
    }
}
