//! `mount_setattr(2)` on a mount that an open descriptor means.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

use crate::check;

/// Takes part in the map of ids: see [`Attributes::idmap`].
const MOUNT_ATTR_IDMAP: u64 = 0x0010_0000;
/// May not be written.
pub const READ_ONLY: u64 = 0x01;
/// Set-id bits and file capabilities do nothing.
pub const NO_SUID: u64 = 0x02;
/// Device nodes cannot be opened.
pub const NO_DEV: u64 = 0x04;
/// Nothing can be executed.
pub const NO_EXEC: u64 = 0x08;

/// What to change on a mount.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<'a> {
    /// Flags to set.
    pub set: u64,
    /// The user name space whose map the mount shows ids through.
    pub idmap: Option<BorrowedFd<'a>>,
    /// Whether mounts below it change too.
    pub recursive: bool,
}

#[repr(C)]
struct MountAttr {
    attr_set: u64,
    attr_clr: u64,
    propagation: u64,
    userns_fd: u64,
}

/// Changes the attributes of the mount that `tree` is the root of.
pub fn set(tree: BorrowedFd<'_>, attributes: Attributes<'_>) -> Result<(), Errno> {
    let raw = MountAttr {
        attr_set: attributes.set | attributes.idmap.map_or(0, |_| MOUNT_ATTR_IDMAP),
        attr_clr: 0,
        propagation: 0,
        userns_fd: attributes.idmap.and_then(|fd| u64::try_from(fd.as_raw_fd()).ok()).unwrap_or(0),
    };
    let flags = libc::AT_EMPTY_PATH | if attributes.recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: `raw` is laid out as `struct mount_attr`, its true size is given, and it outlives the call.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const raw,
            size_of::<MountAttr>(),
        )
    })
    .map(drop)
}
