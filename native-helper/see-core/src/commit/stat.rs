//! What an inode looks like from outside: who it is, and how it stood when we looked.

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, Statx, StatxAttributes, StatxFlags, StatxTimestamp};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::change::FileType;
use crate::timestamp::Timestamp;

/// Which inode it is on its file system, whatever its name is now. The time of birth tells a reused inode number
/// apart; no device number, because that can change when the machine restarts between a crash and recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Inode number.
    pub ino: u64,
    /// Time of birth; the epoch where the file system keeps none, or one that does not last ([`keeps_birth`]).
    pub born: Timestamp,
    /// Type.
    pub kind: FileType,
}

/// An inode as it stood when we looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Which inode.
    pub identity: Identity,
    /// Device number, good until the machine restarts.
    pub dev: u64,
    /// Permission, set-id and sticky bits.
    pub mode: u32,
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// How many names it has.
    pub links: u32,
    /// Last change of the content.
    pub mtime: Timestamp,
    /// Last change of anything.
    pub ctime: Timestamp,
    /// Whether something is mounted here.
    pub mount_root: bool,
    /// Whether the file system lets nobody change it, or only add to it (`chattr +i`, `+a`).
    #[serde(default)]
    pub fixed: bool,
}

impl Identity {
    /// Returns which inode an open descriptor means.
    pub fn of(object: BorrowedFd<'_>) -> rustix::io::Result<Self> {
        let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
        let raw = rustix::fs::statx(object, "", AtFlags::EMPTY_PATH, wanted)?;
        let stat = Stat::new(&raw).ok_or(Errno::INVAL)?;
        Ok(if keeps_birth(object)? { stat } else { stat.ageless() }.identity)
    }
}

impl Stat {
    /// Returns what the kernel told; `None` for a type that we do not know.
    pub fn new(raw: &Statx) -> Option<Self> {
        let kind = file_type(raw.stx_mode)?;
        Some(Self {
            identity: Identity { ino: raw.stx_ino, born: stamp(&raw.stx_btime), kind },
            dev: rustix::fs::makedev(raw.stx_dev_major, raw.stx_dev_minor),
            mode: u32::from(raw.stx_mode) & 0o7777,
            uid: raw.stx_uid,
            gid: raw.stx_gid,
            size: raw.stx_size,
            links: raw.stx_nlink,
            mtime: stamp(&raw.stx_mtime),
            ctime: stamp(&raw.stx_ctime),
            mount_root: raw.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
            fixed: raw.stx_attributes.intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND),
        })
    }

    /// Returns the same without the time of birth.
    pub fn ageless(self) -> Self {
        Self { identity: Identity { born: Timestamp(0), ..self.identity }, ..self }
    }

    /// Tells whether this is a directory.
    pub fn is_dir(&self) -> bool {
        self.identity.kind == FileType::Directory
    }

    /// Tells whether nothing happened to the inode between `earlier` and this.
    pub fn is_unchanged_since(&self, earlier: &Self) -> bool {
        self.identity == earlier.identity
            && self.ctime == earlier.ctime
            && self.mtime == earlier.mtime
            && (self.size == earlier.size || self.is_dir())
    }

    /// Tells whether nothing but the time of its last change of attributes tells two looks at an inode apart: what a
    /// rename alone does to it.
    pub fn stands_like(&self, other: &Self) -> bool {
        let key = |stat: &Self| (stat.identity, stat.mode, stat.uid, stat.gid, stat.mtime);
        key(self) == key(other) && (self.size == other.size || self.is_dir())
    }

    /// Returns the later one of both times of change.
    pub fn last_changed(&self) -> Timestamp {
        self.mtime.max(self.ctime)
    }
}

/// Tells whether objects on a file system keep their time of birth as long as they live: where the host itself is an overlay, they
/// get another when they are changed first.
pub fn keeps_birth(on: BorrowedFd<'_>) -> rustix::io::Result<bool> {
    const OVERLAY: i64 = 0x794c_7630;
    Ok(rustix::fs::fstatfs(on)?.f_type != OVERLAY)
}

fn stamp(raw: &StatxTimestamp) -> Timestamp {
    Timestamp::from_parts(raw.tv_sec, i64::from(raw.tv_nsec))
}

fn file_type(mode: u16) -> Option<FileType> {
    use rustix::fs::FileType as Raw;
    match Raw::from_raw_mode(u32::from(mode)) {
        Raw::RegularFile => Some(FileType::File),
        Raw::Directory => Some(FileType::Directory),
        Raw::Symlink => Some(FileType::Symlink),
        Raw::Fifo => Some(FileType::Fifo),
        Raw::Socket => Some(FileType::Socket),
        Raw::CharacterDevice | Raw::BlockDevice => Some(FileType::Device),
        _ => None,
    }
}
