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

/// Acts as this user from now on, and keeps every permitted capability effective. For a process with one thread.
pub fn act_as(user: u32) -> Result<(), Errno> {
    let same = u32::MAX;
    // SAFETY: takes plain numbers.
    crate::check(unsafe { libc::syscall(libc::SYS_setresuid, same, user, same) })?;
    let sets = rustix::thread::capabilities(None)?;
    rustix::thread::set_capabilities(None, CapabilitySets { effective: sets.permitted, ..sets })
}

/// What reaches the hardware, the clock, the kernel and its audit: Alcatraz needs none of it, even as root.
const NEVER_NEEDED: [CapabilitySet; 18] = [
    CapabilitySet::LINUX_IMMUTABLE,
    CapabilitySet::NET_BROADCAST,
    CapabilitySet::IPC_OWNER,
    CapabilitySet::SYS_MODULE,
    CapabilitySet::SYS_RAWIO,
    CapabilitySet::SYS_PACCT,
    CapabilitySet::SYS_BOOT,
    CapabilitySet::SYS_TIME,
    CapabilitySet::SYS_TTY_CONFIG,
    CapabilitySet::AUDIT_WRITE,
    CapabilitySet::AUDIT_CONTROL,
    CapabilitySet::AUDIT_READ,
    CapabilitySet::MAC_OVERRIDE,
    CapabilitySet::MAC_ADMIN,
    CapabilitySet::SYSLOG,
    CapabilitySet::WAKE_ALARM,
    CapabilitySet::PERFMON,
    CapabilitySet::BPF,
];

/// Gives up for good what Alcatraz never needs, also for the programs that this process becomes. A user name space that
/// it makes starts with every right over itself all the same.
pub fn give_up_what_is_never_needed() -> Result<(), Errno> {
    for capability in NEVER_NEEDED {
        let number = libc::c_ulong::from(capability.bits().trailing_zeros());
        // SAFETY: takes plain numbers. A capability that this kernel does not know cannot be had either.
        if unsafe { libc::prctl(libc::PR_CAPBSET_READ, number, 0, 0, 0) } == 1 {
            // SAFETY: takes plain numbers.
            crate::check(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, number, 0, 0, 0) }.into())?;
        }
    }
    let never = NEVER_NEEDED.into_iter().fold(CapabilitySet::empty(), CapabilitySet::union);
    let sets = rustix::thread::capabilities(None)?;
    let kept = CapabilitySets {
        effective: sets.effective.difference(never),
        permitted: sets.permitted.difference(never),
        inheritable: sets.inheritable.difference(never),
    };
    rustix::thread::set_capabilities(None, kept)
}

/// Limits what programs can get to the right to read everything, for good; this process keeps what it has.
pub fn keep_only_reading() -> Result<(), Errno> {
    let kept = CapabilitySet::DAC_READ_SEARCH.bits().trailing_zeros();
    for number in (0..64_u32).filter(|number| *number != kept) {
        // SAFETY: takes plain numbers. Fails with EINVAL beyond the last capability that the kernel knows.
        let dropped = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, libc::c_ulong::from(number), 0, 0, 0) };
        match crate::check(dropped.into()) {
            Ok(_) => {}
            Err(Errno::INVAL) => break,
            Err(e) => return Err(e),
        }
    }
    let sets = rustix::thread::capabilities(None)?;
    rustix::thread::set_capabilities(None, CapabilitySets { inheritable: CapabilitySet::empty(), ..sets })
}

/// Gives up for good, also for the programs that this process becomes, the right to mount and all that comes with it.
pub fn drop_mounting() -> Result<(), Errno> {
    let right = CapabilitySet::SYS_ADMIN;
    let number = libc::c_ulong::from(right.bits().trailing_zeros());
    // SAFETY: takes plain numbers.
    crate::check(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, number, 0, 0, 0) }.into())?;
    let sets = rustix::thread::capabilities(None)?;
    rustix::thread::set_capabilities(
        None,
        CapabilitySets {
            effective: sets.effective.difference(right),
            permitted: sets.permitted.difference(right),
            inheritable: sets.inheritable.difference(right),
        },
    )
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
