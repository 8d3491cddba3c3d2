//! A disk that fails, for tests: from some moment on, calls of this thread that change files fail, and of programs that it starts. Not in the product:
//! the feature `faults` is there for builds of tests alone.

use rustix::io::Errno;

use crate::bpf::{self, ALLOW, any_bit, argument_offset, at_least, equal, fail, load, verdict};

/// What is wrong with the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is full: what needs room fails with `ENOSPC`.
    Full,
    /// It is broken: whatever changes it fails with `EIO`.
    Broken,
    /// It takes everything, and cannot promise of a file's content that it is there.
    Unsynced,
    /// Names on it cannot be moved any more (`EIO`); the store, which moves none, lies on a good one.
    Stuck,
    /// No fault of a disk: the program is killed when it sets a time, as a commit does when all names have changed.
    Deadly,
}

/// Calls that need room.
const GROW: &[libc::c_long] = &[
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_pwritev2,
    libc::SYS_copy_file_range,
    libc::SYS_fallocate,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_symlinkat,
    libc::SYS_linkat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mkdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_symlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_link,
];

/// Calls that need room when the descriptor is a file's: the first three are left to messages about the test.
const WRITE: &[libc::c_long] = &[libc::SYS_write, libc::SYS_writev];

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
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rename,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_unlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_rmdir,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
];

/// Lets calls of this thread fail from now on, until it ends.
pub fn begin(fault: Fault) -> Result<(), Errno> {
    let (calls, then) = match fault {
        Fault::Full => (GROW.to_vec(), fail(libc::ENOSPC)),
        Fault::Broken => ([GROW, CHANGE].concat(), fail(libc::EIO)),
        Fault::Unsynced => (vec![libc::SYS_fdatasync], fail(libc::EIO)),
        Fault::Stuck => (vec![libc::SYS_renameat2], fail(libc::EIO)),
        Fault::Deadly => (vec![libc::SYS_utimensat], verdict(bpf::KILL)),
    };
    // A file that is made anew needs room; one that is opened whether it is there or not may well be there.
    let new = match fault {
        Fault::Full => (libc::O_EXCL | libc::O_TRUNC) as u32,
        Fault::Broken => libc::O_CREAT as u32,
        Fault::Unsynced | Fault::Stuck | Fault::Deadly => 0,
    };
    let number = |call: libc::c_long| u32::try_from(call).map_err(|_| Errno::INVAL);
    let mut filter = vec![load(bpf::OFFSET_NUMBER)];
    for call in calls {
        filter.extend([equal(number(call)?, 0, 1), then]);
    }
    let write = if matches!(fault, Fault::Full | Fault::Broken) { WRITE } else { &[] };
    for call in write {
        let is_file = [load(argument_offset(0)), at_least(3, 0, 1), then, verdict(ALLOW)];
        filter.push(equal(number(*call)?, 0, 4));
        filter.extend(is_file);
    }
    filter.extend([equal(number(libc::SYS_openat)?, 0, 5), load(argument_offset(2))]);
    filter.extend([any_bit(libc::O_CREAT as u32, 0, 2), any_bit(new, 0, 1), then, verdict(ALLOW)]);
    filter.push(verdict(ALLOW));
    bpf::install(&filter, 0).map(|_| ())
}
