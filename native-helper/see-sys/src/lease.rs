//! Leases on files: the kernel grants one only while nobody has the file open for writing.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::io::Errno;

use crate::check;

/// Tells whether somebody has this file open for writing, or mapped so. `file` is open for reading only.
///
/// Fails with `EACCES` for another user's file, with `EINVAL` on a file system that knows no leases.
pub fn is_written(file: impl AsFd) -> Result<bool, Errno> {
    let fd = file.as_fd().as_raw_fd();
    let lease = |kind: libc::c_int| {
        // SAFETY: takes plain numbers, and a descriptor that is borrowed for the call.
        check(unsafe { libc::fcntl(fd, libc::F_SETLEASE, kind) }.into())
    };
    match lease(libc::F_RDLCK) {
        Ok(_) => lease(libc::F_UNLCK).map(|_| false),
        Err(Errno::AGAIN) => Ok(true),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_are_seen_and_readers_are_not() {
        let path = std::env::temp_dir().join(format!("alcatraz-lease-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        let (one, other) = (std::fs::File::open(&path).unwrap(), std::fs::File::open(&path).unwrap());
        assert_eq!(is_written(&one), Ok(false));
        let writer = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        assert_eq!(is_written(&one), Ok(true));
        drop(writer);
        assert_eq!(is_written(&other), Ok(false));
        std::fs::remove_file(&path).unwrap();
    }
}
