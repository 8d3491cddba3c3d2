//! A layer: the private copy-on-write store for one mounted file system of the host. Plain data.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, StatxAttributes, StatxFlags};
use see_sys::handle::FileHandle;
use serde::{Deserialize, Serialize};

use crate::path::HostPath;
use crate::timestamp::Timestamp;

/// Which extended-attribute name space overlayfs keeps its marks in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkSpace {
    /// `trusted.overlay.*`, system mode.
    Trusted,
    /// `user.overlay.*`, user mode.
    User,
}

impl MarkSpace {
    /// Returns the prefix of every mark, with its final dot.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Trusted => "trusted.overlay.",
            Self::User => "user.overlay.",
        }
    }
}

/// Holds what the SEE wrote below one mount point (or, in user mode, one directory tree).
///
/// Invariant: while a SEE has the layer mounted, nobody writes to `upper` or `work` but the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Position in the session's list.
    pub index: u32,
    /// The host directory that it covers. What lies below a nested layer's mount point is not this layer's.
    pub mount_point: HostPath,
    /// Upper directory, on the host.
    pub upper: PathBuf,
    /// Work directory, on the same file system.
    pub work: PathBuf,
    /// The private directory on that file system that holds the layer: `<room>/layers/<session>/<index>`, and the
    /// backups of commits: `<room>/commits/<commit>`. Hidden inside every SEE.
    pub room: PathBuf,
    /// Device number of the covered file system.
    pub device: u64,
    /// Whether `rename` works between `upper` and what lies below `mount_point` (same mount).
    pub same_mount: bool,
    /// Name space of the overlay marks in `upper`.
    pub marks: MarkSpace,
    /// When the session began, by the clock of the covered file system (of a probe file in the layer when on the
    /// same file system; else of the system).
    pub began: Timestamp,
    /// Since when it is mounted as it is, or was last, by the same clock: overlayfs remembers names from then on.
    pub mounted: Timestamp,
    /// The places that a mask has ever kept out of sight in it: what a directory above one shows of itself is the mask's.
    pub masked: Vec<HostPath>,
    /// Whether a version that noted no masks has mounted it: there were others then.
    pub unnoted_masks: bool,
    /// What it covered when the session began; `None` in records that do not tell.
    pub covered: Option<Covered>,
    /// Whether nothing was in it when the session came to rest, as its supervisor saw: should it go with its file system,
    /// nothing is lost.
    pub untouched: bool,
}

/// What a layer covers, so that what is there later is not taken for it: a file system may have gone, so that the
/// directory beneath shows, and another one may have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// The file system's own number: of most kinds the same whenever and wherever it is mounted.
    file_system: u64,
    /// Inode number of the directory.
    directory: u64,
    /// When the directory was made, where that is known.
    born: Option<Timestamp>,
    /// Whether the directory is where something is mounted.
    is_mount: bool,
    /// What the directory itself is like.
    root: Root,
    /// Whether the file system is in memory alone: it ends with this start of the machine.
    #[serde(default)]
    in_memory: bool,
}

/// Mode and owner of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Root {
    mode: u32,
    uid: u32,
    gid: u32,
}

impl From<Stat> for Root {
    fn from(stat: Stat) -> Self {
        Self { mode: stat.st_mode, uid: stat.st_uid, gid: stat.st_gid }
    }
}

impl Covered {
    /// Returns what is at this place now; `None` when it cannot be told.
    pub fn at(place: &HostPath) -> Option<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(CWD, place.as_path(), flags, Mode::empty()).ok()?;
        Self::of(dir.as_fd())
    }

    fn of(dir: BorrowedFd<'_>) -> Option<Self> {
        let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
        let facts = rustix::fs::statx(dir, "", AtFlags::EMPTY_PATH, wanted).ok()?;
        let is_born = StatxFlags::from_bits_retain(facts.stx_mask).contains(StatxFlags::BTIME);
        Some(Self {
            file_system: rustix::fs::fstatvfs(dir).ok()?.f_fsid,
            directory: facts.stx_ino,
            // Some file systems say zero where they do not know.
            born: is_born
                .then(|| Timestamp::from_parts(facts.stx_btime.tv_sec, facts.stx_btime.tv_nsec.into()))
                .filter(|born| born.0 != 0),
            is_mount: facts.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
            root: Root { mode: facts.stx_mode.into(), uid: facts.stx_uid, gid: facts.stx_gid },
            in_memory: is_in_memory(dir),
        })
    }

    /// Tells whether something was mounted there.
    pub fn is_mount(&self) -> bool {
        self.is_mount
    }

    /// Tells whether it was in memory alone.
    pub fn is_in_memory(&self) -> bool {
        self.in_memory
    }

    /// Tells whether it is away: nothing, or something else, is at its place, which `host` is open on.
    pub fn is_away(&self, host: Option<BorrowedFd<'_>>) -> bool {
        match host.and_then(|host| Some((Self::of(host)?, has_own_number(host)))) {
            Some((now, is_numbered)) => !self.is_still(&now, is_numbered),
            None => self.is_mount,
        }
    }

    /// Tells whether what is there now is the same. A directory on the same file system may be another one, when nothing
    /// was mounted there: then each path in it is judged by itself. The same directory with another number is on a file
    /// system that got another device, unless its number `is_numbered`: a file system's own.
    fn is_still(&self, now: &Self, is_numbered: bool) -> bool {
        let is_same_directory = self.directory == now.directory && self.born == now.born;
        let is_same_system = self.file_system == now.file_system;
        is_same_directory && self.born.is_some() && !is_numbered
            || is_same_system && (is_same_directory || !self.is_mount)
    }
}

/// Tells whether a file system has a number that it was made with, not one of its device: two that were made in the same
/// second have the same directory at their top, of the same age.
fn has_own_number(dir: BorrowedFd<'_>) -> bool {
    const EXT: i64 = 0xef53;
    const BTRFS: i64 = 0x9123_683e;
    rustix::fs::fstatfs(dir).is_ok_and(|facts| matches!(facts.f_type, EXT | BTRFS))
}

fn is_in_memory(dir: BorrowedFd<'_>) -> bool {
    const TMPFS: i64 = 0x0102_1994;
    const RAMFS: i64 = 0x8584_58f6;
    rustix::fs::fstatfs(dir).is_ok_and(|facts| matches!(facts.f_type, TMPFS | RAMFS))
}

impl Layer {
    /// Tells whether what it covered is away: nothing, or something else, is at its mount point, which `host` is open on.
    pub fn is_astray(&self, host: Option<BorrowedFd<'_>>) -> bool {
        self.covered.is_some_and(|covered| covered.is_away(host))
    }

    /// Tells whether what a directory of the host shows of itself is a mask's, which keeps something below it out of sight.
    pub fn is_masked(&self, dir: &HostPath) -> bool {
        self.masked.iter().any(|masked| masked.is_within(dir))
    }

    /// Tells whether what is a copy of `origin` may be one of a mask's directory that nobody has noted, where the host has `now`: a
    /// mask lies in memory, so its handles are of another kind.
    pub fn may_be_of_a_mask(&self, origin: &FileHandle, now: &FileHandle) -> bool {
        self.unnoted_masks && (origin.kind, origin.bytes.len()) != (now.kind, now.bytes.len())
    }

    /// Looks whether nothing is in it, and its root is as what it covered. What cannot be looked at counts as touched.
    pub fn is_empty(&self) -> bool {
        let is_same = || {
            let ours = rustix::fs::lstat(&self.upper).ok()?;
            let theirs = match self.covered {
                Some(Covered { root, .. }) => root,
                None => Root::from(rustix::fs::lstat(self.mount_point.as_path()).ok()?),
            };
            // Without privilege the root over somebody else's directory is never like it, and never counts as a change.
            Some(Root::from(ours) == theirs || self.marks == MarkSpace::User && theirs.uid != ours.st_uid)
        };
        let has_entries = std::fs::read_dir(&self.upper).map_or(true, |mut entries| entries.next().is_some());
        !has_entries && is_same().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_top_is_another_file_system_when_its_own_number_differs_or_its_age_is_not_known() {
        let born = Some(Timestamp(7));
        let root = Root { mode: 0o755, uid: 0, gid: 0 };
        let covered = Covered { file_system: 1, directory: 2, born, is_mount: true, root, in_memory: false };
        let other = Covered { file_system: 3, ..covered };
        assert!(covered.is_still(&covered, true) && covered.is_still(&covered, false));
        assert!(covered.is_still(&other, false), "it got another device");
        assert!(!covered.is_still(&other, true));
        let (ageless, there) = (Covered { born: None, ..covered }, Covered { born: None, ..other });
        assert!(ageless.is_still(&ageless, false) && !ageless.is_still(&there, false));
    }
}
