//! What a descriptor of a process tells, also once the process is over. Knows no session.

use std::os::fd::{AsRawFd as _, BorrowedFd};

/// `PIDFD_GET_INFO`, with the first layout of its answer.
const GET_INFO: libc::c_ulong = 0xc040_ff0b;
const INFO_EXIT: u64 = 1 << 3;
/// `NS_GET_TGID_IN_PIDNS`.
const NUMBER_IN: libc::c_ulong = 0x8004_b709;

#[repr(C)]
#[derive(Default)]
struct Info {
    mask: u64,
    group: u64,
    thread: u32,
    process: u32,
    parent: u32,
    users: [u32; 8],
    exit: i32,
}

impl Info {
    fn of(process: BorrowedFd<'_>, mask: u64) -> Option<Self> {
        let mut info = Self { mask, ..Self::default() };
        // SAFETY: `info` is laid out as the first version of `struct pidfd_info`, 64 bytes as the request's number says, and
        // outlives the call; a kernel or descriptor that does not know the request refuses it.
        let status = unsafe { libc::ioctl(process.as_raw_fd(), GET_INFO, &raw mut info) };
        (status == 0).then_some(info)
    }
}

/// Tells whether the kernel says of a process that is gone how it ended (since Linux 6.15).
pub fn tells_end() -> bool {
    crate::kernel::is_since((6, 15))
}

/// Returns the wait status of a process that is gone, also when it was no child of this one. `None` while it is there,
/// and where the kernel does not tell.
pub fn wait_status(process: BorrowedFd<'_>) -> Option<i32> {
    Info::of(process, INFO_EXIT).filter(|info| info.mask & INFO_EXIT != 0).map(|info| info.exit)
}

/// Returns the process that made a process which is there, or took it over. `None` where the kernel does not tell (before Linux
/// 6.13).
pub fn parent(process: BorrowedFd<'_>) -> Option<u32> {
    Info::of(process, 0).map(|info| info.parent).filter(|parent| *parent != 0)
}

/// Returns the number that a process of this pid name space has in another one, which a descriptor stands for. `None` when it is
/// not there, and where the kernel does not tell (before Linux 6.11).
pub fn number_in(names: BorrowedFd<'_>, process: u32) -> Option<u32> {
    // SAFETY: takes a plain number; a descriptor of anything else refuses it.
    let number = unsafe { libc::ioctl(names.as_raw_fd(), NUMBER_IN, libc::c_ulong::from(process)) };
    u32::try_from(number).ok().filter(|number| *number != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_the_kernels() {
        assert_eq!(size_of::<Info>(), 64);
        assert_eq!((GET_INFO >> 16) & 0x3fff, 64);
    }

    #[test]
    fn a_process_is_told_as_it_is() {
        use std::os::fd::AsFd as _;
        let me = rustix::process::getpid();
        let own = rustix::process::pidfd_open(me, rustix::process::PidfdFlags::empty()).unwrap();
        let number = me.as_raw_nonzero().get().unsigned_abs();
        let names = std::fs::File::open("/proc/self/ns/pid").unwrap();
        if crate::kernel::is_since((6, 13)) {
            let above = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
            assert_eq!(parent(own.as_fd()), above);
            assert_eq!(number_in(names.as_fd(), number), Some(number));
        }
        assert_eq!(number_in(own.as_fd(), number), None);
        assert_eq!(wait_status(own.as_fd()), None);
    }
}
