//! The mounts of this process's mount name space, as bytes, and what a SEE can do with each. Changes nothing.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Seek as _};

use rustix::fs::{AtFlags, CWD, StatxFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::HostPath;

/// One line of `mountinfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Its number in the name space.
    pub id: u64,
    /// Device number of its file system, `major:minor` packed as `st_dev` is.
    pub device: u64,
    /// Which directory (or file) of the file system it shows.
    pub root: Vec<u8>,
    /// Where it is.
    pub point: HostPath,
    /// Flags of this mount: `ro`, `nosuid`, …
    pub flags: Flags,
    /// Type of the file system, with its subtype: `ext4`, `fuse.sshfs`.
    pub fs_type: String,
    /// Where the file system's data comes from.
    pub source: Vec<u8>,
}

/// The flags of a mount that a SEE carries over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags {
    /// The mount or its file system cannot be written.
    pub read_only: bool,
    /// Set-id bits do nothing.
    pub no_suid: bool,
    /// Nothing can be executed.
    pub no_exec: bool,
}

/// What a SEE can do with a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A disk or memory file system: covered by an overlay.
    Disk,
    /// Data that comes from elsewhere, or rules of its own: shown read-only.
    Foreign,
    /// A file system without a word for sockets, pipes or owners: shown read-only.
    Plain,
    /// One file: shown read-only.
    File,
    /// `/proc`, `/sys`, `/dev` and what is below them, of which the SEE gets its own; the kernel's file systems
    /// elsewhere, which it does not get.
    Kernel,
}

const DISK: &[&str] = &[
    "ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "tmpfs", "zfs", "jfs", "nilfs2", "reiserfs",
    "erofs", "squashfs", "overlay", "ubifs",
];
const PLAIN: &[&str] = &["vfat", "msdos", "exfat", "ntfs", "ntfs3", "iso9660", "udf", "hfs", "hfsplus"];
/// What the kernel itself shows or takes, wherever it is mounted. Never the host's in a SEE.
const KERNEL: &[&str] = &[
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "mqueue",
    "debugfs",
    "tracefs",
    "securityfs",
    "pstore",
    "bpf",
    "configfs",
    "efivarfs",
    "binfmt_misc",
    "fusectl",
    "autofs",
    "rpc_pipefs",
    "nsfs",
    "nfsd",
    "hugetlbfs",
    "selinuxfs",
    "smackfs",
];
const KERNEL_PLACES: &[&[u8]] = &[b"/proc", b"/sys", b"/dev"];

impl Mount {
    /// Returns what a SEE can do with it. Looks at the mount point.
    pub fn kind(&self) -> Kind {
        let in_kernel_place = KERNEL_PLACES
            .iter()
            .any(|place| HostPath::new(place).is_some_and(|place| self.point.is_within(&place)));
        if in_kernel_place || KERNEL.contains(&self.fs_type.as_str()) {
            return Kind::Kernel;
        }
        if !is_directory(&self.point) {
            return Kind::File;
        }
        if DISK.contains(&self.fs_type.as_str()) {
            return Kind::Disk;
        }
        if PLAIN.contains(&self.fs_type.as_str()) { Kind::Plain } else { Kind::Foreign }
    }
}

/// Tells whether a mount point is a directory, without waking a remote file system.
fn is_directory(point: &HostPath) -> bool {
    rustix::fs::statx(CWD, point.as_path(), quiet(), StatxFlags::TYPE).map_or(true, |stat| {
        rustix::fs::FileType::from_raw_mode(stat.stx_mode.into()) == rustix::fs::FileType::Directory
    })
}

fn quiet() -> AtFlags {
    AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC
}

/// Returns the kernel's list of mounts as it is now: another text when anything was mounted or unmounted since.
pub fn text() -> Result<Vec<u8>> {
    std::fs::read("/proc/self/mountinfo").map_err(|e| {
        SeeError::new(
            ErrorCode::CannotIsolate,
            format!("The list of mounts cannot be read: {e}."),
            "Mount proc on /proc, then try again.",
        )
    })
}

/// Returns the mounts that can be seen, an outer one before those inside it, one per mount point.
pub fn visible() -> Result<Vec<Mount>> {
    let text = text()?;
    let mut by_point: HashMap<HostPath, Mount> = HashMap::new();
    for line in text.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let mount = parse(line)
            .ok_or_else(|| SeeError::internal("A line of /proc/self/mountinfo has an unknown form."))?;
        // A mount that lies under another one is not what a path reaches.
        match mount_id_at(&mount.point) {
            Ok(Some(id)) if id != mount.id => continue,
            Err(Errno::NOENT | Errno::NOTDIR) => continue,
            // Out of sight: the last of several mounts on one point covers the others.
            _ => by_point.insert(mount.point.clone(), mount),
        };
    }
    let mut mounts: Vec<Mount> = by_point.into_values().collect();
    mounts.sort_by(|a, b| a.point.cmp(&b.point));
    if mounts.first().is_none_or(|first| first.point != HostPath::root()) {
        return Err(SeeError::internal("The root directory is not in the list of mounts."));
    }
    Ok(mounts)
}

/// Returns every mount that a process's root directory reaches, in the order in which they were mounted: of several
/// on one point the last is in sight. Points are paths of that process. Fails with `FileTooLarge` when more than `most` bytes
/// tell of them: a program may have made the list.
pub fn of_process(process: u32, most: u64) -> std::io::Result<Vec<Mount>> {
    of_list(&File::open(format!("/proc/{process}/mountinfo"))?, most)
}

/// Returns every mount that an open `mountinfo` file tells of now; fails when that takes more than so many bytes.
pub fn of_list(mut list: &File, most: u64) -> std::io::Result<Vec<Mount>> {
    let mut text = Vec::new();
    list.rewind()?;
    list.take(most.saturating_add(1)).read_to_end(&mut text)?;
    if text.len() as u64 > most {
        return Err(Error::from(ErrorKind::FileTooLarge));
    }
    Ok(all(&text))
}

/// Returns every mount of the text of a `mountinfo` file, in its order.
fn all(text: &[u8]) -> Vec<Mount> {
    text.split(|b| *b == b'\n').filter_map(parse).collect()
}

/// Returns the mount that `path` lies on.
pub fn covering<'a>(mounts: &'a [Mount], path: &HostPath) -> Option<&'a Mount> {
    mounts.iter().rev().find(|mount| path.is_within(&mount.point))
}

fn mount_id_at(path: &HostPath) -> std::result::Result<Option<u64>, Errno> {
    let stat = rustix::fs::statx(CWD, path.as_path(), quiet(), StatxFlags::MNT_ID)?;
    Ok((stat.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(stat.stx_mnt_id))
}

fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|b| *b == b' ');
    let id = number(fields.next()?)?;
    let _parent = fields.next()?;
    let device = fields.next()?;
    let root = unescape(fields.next()?);
    // A mount that this process's root does not reach has no absolute path; it is not ours to show.
    let point = HostPath::new(&unescape(fields.next()?))?;
    let options = fields.next()?;
    fields.by_ref().find(|field| *field == b"-")?;
    let fs_type = String::from_utf8_lossy(fields.next()?).into_owned();
    let source = unescape(fields.next()?);
    let super_options = fields.next()?;

    let has = |options: &[u8], word: &[u8]| options.split(|b| *b == b',').any(|option| option == word);
    let flags = Flags {
        read_only: has(options, b"ro") || has(super_options, b"ro"),
        no_suid: has(options, b"nosuid"),
        no_exec: has(options, b"noexec"),
    };
    let mut numbers =
        device.split(|b| *b == b':').map(|part| number(part).and_then(|n| u32::try_from(n).ok()));
    let device = rustix::fs::makedev(numbers.next()??, numbers.next()??);
    Some(Mount { id, device, root, point, flags, fs_type, source })
}

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Returns a field with its `\ooo` escapes undone.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..3).filter(|d| *first == b'\\' && d.iter().all(|c| (b'0'..b'8').contains(c)));
        match digits {
            Some(digits) => {
                let value = digits.iter().fold(0_u32, |sum, c| sum * 8 + u32::from(c - b'0'));
                out.push(value as u8);
                rest = tail.get(3..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_escapes_flags_and_optional_fields() {
        let line = b"36 35 98:0 /mnt1 /mnt\\0402\\134x\\012\xff ro,noatime,nosuid shared:1 master:2 - ext3 /dev/a\\040b rw,errors=continue";
        let mount = parse(line).unwrap();
        assert_eq!(mount.point.as_bytes(), b"/mnt 2\\x\n\xff");
        assert_eq!(mount.root, b"/mnt1");
        assert_eq!(mount.source, b"/dev/a b");
        assert_eq!(mount.flags, Flags { read_only: true, no_suid: true, no_exec: false });
        assert_eq!(mount.device, rustix::fs::makedev(98, 0));
        assert_eq!(mount.fs_type, "ext3");
        assert!(parse(b"36 35 98:0 /mnt1").is_none());
        assert!(parse(b"1 1 0:1 / / rw - tmpfs tmpfs ro").unwrap().flags.read_only);
    }

    #[test]
    fn a_list_that_is_too_long_is_not_taken() {
        let me = std::process::id();
        let length = std::fs::read("/proc/self/mountinfo").unwrap().len() as u64;
        assert!(of_process(me, 2 * length).is_ok_and(|mounts| !mounts.is_empty()));
        assert_eq!(of_process(me, 10).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(of_process(u32::MAX, 10).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn sees_each_point_once_and_parents_first() {
        let mounts = visible().unwrap();
        assert_eq!(mounts[0].point, HostPath::root());
        for pair in mounts.windows(2) {
            assert!(pair[0].point < pair[1].point);
        }
        let proc = HostPath::new(b"/proc/self").unwrap();
        assert_eq!(covering(&mounts, &proc).unwrap().kind(), Kind::Kernel);
    }
}
