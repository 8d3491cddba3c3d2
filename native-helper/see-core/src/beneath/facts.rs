//! What the file system says of an object. Knows nothing of how it was reached.

use crate::change::FileType;
use crate::timestamp::Timestamp;

/// What the file system says of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Type and permission bits, as `st_mode`.
    pub raw_mode: u32,
    /// User on disk.
    pub uid: u32,
    /// Group on disk.
    pub gid: u32,
    /// Bytes.
    pub size: u64,
    /// How many names it has.
    pub links: u32,
    /// Inode number.
    pub ino: u64,
    /// Device number of its file system.
    pub device: u64,
    /// Device number that it stands for, when it is a device.
    pub rdev: u64,
    /// Last change of content.
    pub mtime: Timestamp,
    /// Last change of anything.
    pub ctime: Timestamp,
    /// Whether it is the root of a mount.
    pub is_mount: bool,
}

impl Facts {
    /// Returns the type.
    pub fn file_type(&self) -> FileType {
        match self.raw_mode & libc_mode::FORMAT {
            libc_mode::REGULAR => FileType::File,
            libc_mode::DIRECTORY => FileType::Directory,
            libc_mode::SYMLINK => FileType::Symlink,
            libc_mode::FIFO => FileType::Fifo,
            libc_mode::SOCKET => FileType::Socket,
            _ => FileType::Device,
        }
    }

    /// Tells whether it is a directory.
    pub fn is_dir(&self) -> bool {
        self.raw_mode & libc_mode::FORMAT == libc_mode::DIRECTORY
    }

    /// Tells whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.raw_mode & libc_mode::FORMAT == libc_mode::REGULAR
    }

    /// Tells whether it is the character device 0:0, overlayfs's mark for "deleted".
    pub fn is_whiteout(&self) -> bool {
        self.raw_mode & libc_mode::FORMAT == libc_mode::CHARACTER && self.rdev == 0
    }

    /// Returns the permission, set-id and sticky bits.
    pub fn permissions(&self) -> u32 {
        self.raw_mode & 0o7777
    }

    /// Returns the size as people are told it: bytes of a file, length of a symlink's target, else 0.
    pub fn shown_size(&self) -> u64 {
        match self.file_type() {
            FileType::File | FileType::Symlink => self.size,
            _ => 0,
        }
    }
}

/// The type bits of `st_mode`.
mod libc_mode {
    pub const FORMAT: u32 = 0o170_000;
    pub const SOCKET: u32 = 0o140_000;
    pub const SYMLINK: u32 = 0o120_000;
    pub const REGULAR: u32 = 0o100_000;
    pub const DIRECTORY: u32 = 0o040_000;
    pub const CHARACTER: u32 = 0o020_000;
    pub const FIFO: u32 = 0o010_000;
}
