//! What a descriptor of a process tells once the process is over. Knows no session.

use std::os::fd::{AsRawFd as _, BorrowedFd};

/// `PIDFD_GET_INFO`, with the first layout of its answer.
const GET_INFO: libc::c_ulong = 0xc040_ff0b;
const INFO_EXIT: u64 = 1 << 3;

#[repr(C)]
#[derive(Default)]
struct Info {
    mask: u64,
    group: u64,
    ids: [u32; 11],
    exit: i32,
}

/// Tells whether the kernel says of a process that is gone how it ended (since Linux 6.15).
pub fn tells_end() -> bool {
    crate::kernel::is_since((6, 15))
}

/// Returns the wait status of a process that is gone, also when it was no child of this one. `None` while it is there,
/// and where the kernel does not tell.
pub fn wait_status(process: BorrowedFd<'_>) -> Option<i32> {
    let mut info = Info { mask: INFO_EXIT, ..Info::default() };
    // SAFETY: `info` is laid out as the first version of `struct pidfd_info`, 64 bytes as the request's number says, and
    // outlives the call; a kernel or descriptor that does not know the request refuses it.
    let status = unsafe { libc::ioctl(process.as_raw_fd(), GET_INFO, &raw mut info) };
    (status == 0 && info.mask & INFO_EXIT != 0).then_some(info.exit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_the_kernels() {
        assert_eq!(size_of::<Info>(), 64);
        assert_eq!((GET_INFO >> 16) & 0x3fff, 64);
    }
}
