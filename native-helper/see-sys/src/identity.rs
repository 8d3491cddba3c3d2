//! File-system ids of this thread, which decide what new files are owned by and whether overlayfs can work.

use rustix::io::Errno;
use rustix::thread::{CapabilitySet, CapabilitySets};

/// Sets the ids that file access uses, and keeps every permitted capability effective.
pub fn set_file_ids(uid: u32, gid: u32) -> Result<(), Errno> {
    // SAFETY: take plain numbers.
    unsafe {
        libc::syscall(libc::SYS_setfsgid, libc::c_ulong::from(gid));
        libc::syscall(libc::SYS_setfsuid, libc::c_ulong::from(uid));
    }
    // The calls tell the former id, never an error: ask again (an invalid id changes nothing).
    // SAFETY: take plain numbers.
    let now = unsafe {
        (
            libc::syscall(libc::SYS_setfsuid, libc::c_ulong::from(u32::MAX)),
            libc::syscall(libc::SYS_setfsgid, libc::c_ulong::from(u32::MAX)),
        )
    };
    // An id above i32::MAX comes back sign-extended on some kernels' 32-bit return path: compare the low half.
    if (now.0 as u32, now.1 as u32) != (uid, gid) {
        return Err(Errno::PERM);
    }
    let sets = rustix::thread::capabilities(None)?;
    rustix::thread::set_capabilities(None, CapabilitySets { effective: sets.permitted, ..sets })
}

/// Drops every capability for good: also from the bounding and ambient sets.
pub fn drop_all_capabilities() -> Result<(), Errno> {
    for number in 0..64_u32 {
        // SAFETY: takes plain numbers. Fails with EINVAL beyond the last capability that the kernel knows.
        let dropped = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(number), 0, 0, 0) };
        if dropped != 0 {
            break;
        }
    }
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets { effective: none, permitted: none, inheritable: none },
    )
}
