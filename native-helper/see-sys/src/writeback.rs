//! What programs stored through mappings, on its way to the disk.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::io::Errno;

use crate::check;

/// Hands this range of a file to its disk, without waiting until it is there; `length` 0 means to the end. What is stored through a mapping
/// afterwards sets the file's times again: the kernel does that once for each page that it has written (Linux, `page_mkwrite`). A file
/// system without a disk behind it writes nothing, and never sets them.
///
/// Fails with `EIO` or `ENOSPC` when the disk does not take it, with `ESPIPE` for what is no file, directory or device.
pub fn settle(file: impl AsFd, offset: u64, length: u64) -> Result<(), Errno> {
    let number = |value: u64| i64::try_from(value).map_err(|_| Errno::INVAL);
    let (offset, length) = (number(offset)?, number(length)?);
    // A page is protected when it is handed to the disk. One that is on its way already was protected then, and may have been
    // stored in since: that is waited for, the rest is not.
    let flags = libc::SYNC_FILE_RANGE_WAIT_BEFORE | libc::SYNC_FILE_RANGE_WRITE;
    // SAFETY: takes plain numbers, and a descriptor that is borrowed for the call.
    check(unsafe { libc::sync_file_range(file.as_fd().as_raw_fd(), offset, length, flags) }.into()).map(drop)
}
