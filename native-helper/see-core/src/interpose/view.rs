//! Which file system each path of the SEE lies on: its layers, directories of the host shown as they are, and what is
//! the SEE's own. Read from mount tables; touches no file of the SEE.

use std::collections::HashMap;

use crate::layer::Layer;
use crate::path::HostPath;

use super::tracee::{self, Place};

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
}

/// One mount name space, as one root directory sees it.
#[derive(Debug)]
pub struct Table {
    /// Tells tables apart; 0 is the SEE's main one.
    pub id: u32,
    mounts: HashMap<HostPath, Target>,
    /// The main table's: which path shows which directory of which file system.
    shown: Vec<Shown>,
}

#[derive(Debug)]
struct Shown {
    device: (u32, u32),
    root: HostPath,
    point: HostPath,
}

struct Line {
    device: (u32, u32),
    root: HostPath,
    point: HostPath,
    fs_type: Vec<u8>,
}

/// File systems that hold no file of the host.
const OWN: &[&[u8]] = &[
    b"proc", b"sysfs", b"devtmpfs", b"devpts", b"mqueue", b"cgroup", b"cgroup2", b"securityfs", b"debugfs",
    b"tracefs", b"configfs", b"bpf", b"pstore", b"binfmt_misc", b"fusectl", b"hugetlbfs", b"nsfs", b"efivarfs",
];

impl Table {
    /// Reads the main table of a SEE from one of its processes that has the SEE's root directory.
    pub fn main(init: u32, layers: &[Layer]) -> Option<Self> {
        let host = lines(&format!("/proc/{}/mountinfo", std::process::id()))?;
        let mut table = Self { id: 0, mounts: HashMap::new(), shown: Vec::new() };
        for line in lines(&format!("/proc/{init}/mountinfo"))? {
            let layer = layers.iter().position(|layer| layer.mount_point == line.point);
            let target = match layer {
                Some(place) if line.fs_type == b"overlay" => Target::Layer(place),
                _ if OWN.contains(&line.fs_type.as_slice()) => Target::Kernel,
                _ => match host.iter().find_map(|shown| same_directory(&line, shown)) {
                    Some(path) => Target::Host(path),
                    None => Target::Memory,
                },
            };
            table.mounts.insert(line.point.clone(), target);
            table.shown.push(Shown { device: line.device, root: line.root, point: line.point });
        }
        Some(table)
    }

    /// Reads the table of a program that has made a mount name space or a root directory of its own.
    pub fn of_thread(thread: u32, id: u32, main: &Self) -> Option<Self> {
        let mut table = Self { id, mounts: HashMap::new(), shown: Vec::new() };
        for line in lines(&format!("/proc/{thread}/mountinfo"))? {
            let known = main.shown.iter().find_map(|shown| {
                let below = (shown.device == line.device).then(|| line.root.below(&shown.root)).flatten()?;
                HostPath::new(&[shown.point.as_bytes(), b"/", below].concat())
            });
            let own_target =
                if OWN.contains(&line.fs_type.as_slice()) { Target::Kernel } else { Target::Memory };
            table.mounts.insert(line.point, known.map_or(own_target, Target::Alias));
        }
        Some(table)
    }

    /// Returns what is mounted exactly here.
    pub fn at(&self, path: &HostPath) -> Option<&Target> {
        self.mounts.get(path)
    }
}

/// Returns the host's path of what a line shows, when `host` shows it too.
fn same_directory(line: &Line, host: &Line) -> Option<HostPath> {
    let below = (line.device == host.device).then(|| line.root.below(&host.root)).flatten()?;
    HostPath::new(&[host.point.as_bytes(), b"/", below].concat())
}

fn lines(path: &str) -> Option<Vec<Line>> {
    let text = std::fs::read(path).ok()?;
    Some(text.split(|byte| *byte == b'\n').filter_map(parse).collect())
}

fn parse(line: &[u8]) -> Option<Line> {
    let mut fields = line.split(|byte| *byte == b' ');
    let device = std::str::from_utf8(fields.nth(2)?).ok()?;
    let (major, minor) = device.split_once(':')?;
    let root = HostPath::new(&unescape(fields.next()?))?;
    let point = HostPath::new(&unescape(fields.next()?))?;
    fields.find(|field| *field == b"-")?;
    let fs_type = fields.next()?.to_vec();
    Some(Line { device: (major.parse().ok()?, minor.parse().ok()?), root, point, fs_type })
}

/// Returns a field with its `\ooo` escapes undone.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, tail)) = rest.split_first() {
        let octal = tail.get(..3).filter(|d| *first == b'\\' && d.iter().all(|c| (b'0'..b'8').contains(c)));
        let (byte, after) = match octal {
            Some(digits) => {
                let value = digits.iter().fold(0_u32, |sum, c| sum * 8 + u32::from(c - b'0'));
                (value as u8, tail.get(3..).unwrap_or_default())
            }
            None => (*first, tail),
        };
        out.push(byte);
        rest = after;
    }
    out
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
}

impl Sight {
    /// Returns a path that the kernel told as a path of the table; `None` when it lies outside.
    pub fn inner(&self, told: &[u8]) -> Option<HostPath> {
        let told = HostPath::new(told)?;
        HostPath::new(&[b"/", told.below(&self.prefix)?].concat())
    }

    /// Returns how a thread sees paths after something was mounted, or a root directory changed.
    pub fn of_thread(thread: u32, main: &Self, main_namespace: u64, id: u32) -> Option<Self> {
        let root = HostPath::new(&tracee::place(thread, Place::Root)?)?;
        if tracee::mount_namespace(thread)? == main_namespace {
            let root = HostPath::new(&[b"/", root.below(&main.prefix)?].concat())?;
            return Some(Self { root, ..main.clone() });
        }
        let table = Table::of_thread(thread, id, &main.table)?;
        Some(Self { table: std::sync::Arc::new(table), root: HostPath::root(), prefix: root })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_lines() {
        let line = parse(b"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/a rw").unwrap();
        assert_eq!((line.device, line.root.as_bytes()), ((98, 0), &b"/mnt1"[..]));
        assert_eq!((line.point.as_bytes(), line.fs_type.as_slice()), (&b"/mnt 2"[..], &b"ext3"[..]));
        assert!(parse(b"36 35 98:0 /mnt1").is_none());
        assert!(parse(b"1 1 0:4 net:[4026531840] /run/ns rw - nsfs nsfs rw").is_none());
    }
}
