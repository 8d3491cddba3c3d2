//! A disk that fails, for tests: from some moment on, calls of this thread that change files fail. Not in the product:
//! the feature `faults` is there for builds of tests alone.

use rustix::io::Errno;

use crate::bpf::{self, ALLOW, equal, fail, load, verdict};

/// What is wrong with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is full: what needs room fails with `ENOSPC`.
    Full,
    /// It is broken: whatever changes it fails with `EIO`.
    Broken,
}

/// Calls that need room.
const GROW: &[libc::c_long] = &[
    libc::SYS_pwrite64,
    libc::SYS_copy_file_range,
    libc::SYS_fallocate,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_symlinkat,
    libc::SYS_linkat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
];

/// Calls that change files in any other way, or promise that they are changed.
const CHANGE: &[libc::c_long] = &[
    libc::SYS_renameat2,
    libc::SYS_renameat,
    libc::SYS_unlinkat,
    libc::SYS_ftruncate,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_syncfs,
];

/// Lets calls of this thread fail from now on, until it ends.
pub fn begin(fault: Fault) -> Result<(), Errno> {
    let (calls, errno) = match fault {
        Fault::Full => (GROW.to_vec(), libc::ENOSPC),
        Fault::Broken => ([GROW, CHANGE].concat(), libc::EIO),
    };
    let mut filter = vec![load(bpf::OFFSET_NUMBER)];
    for call in calls {
        let number = u32::try_from(call).map_err(|_| Errno::INVAL)?;
        filter.extend([equal(number, 0, 1), fail(errno)]);
    }
    filter.push(verdict(ALLOW));
    bpf::install(&filter, 0).map(|_| ())
}
