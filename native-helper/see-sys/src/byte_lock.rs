//! Locks on single bytes of a file that belong to an open file and not to a process: they count against the process's own
//! other locks, and closing another descriptor of the file does not free them.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::io::Errno;

use crate::check;

/// How a byte is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Beside others who share it.
    Shared,
    /// Alone.
    Exclusive,
}

/// Locks the byte at `at`, or changes how it is locked, unless somebody else's lock is in the way. Tells whether it did.
pub fn try_lock(file: impl AsFd, at: i64, kind: Kind) -> Result<bool, Errno> {
    let wanted = match kind {
        Kind::Shared => libc::F_RDLCK,
        Kind::Exclusive => libc::F_WRLCK,
    };
    let lock = libc::flock {
        l_type: libc::c_short::try_from(wanted).map_err(|_| Errno::INVAL)?,
        l_whence: libc::c_short::try_from(libc::SEEK_SET).map_err(|_| Errno::INVAL)?,
        l_start: at,
        l_len: 1,
        // The kernel wants none for locks of this kind.
        l_pid: 0,
    };
    // SAFETY: the lock is a whole `flock` that outlives the call; the descriptor is borrowed for the call.
    match check(unsafe { libc::fcntl(file.as_fd().as_raw_fd(), libc::F_OFD_SETLK, &raw const lock) }.into()) {
        Ok(_) => Ok(true),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(false),
        Err(errno) => Err(errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alone_or_several_together_also_within_a_process() {
        let path = std::env::temp_dir().join(format!("alcatraz-byte-lock-{}", std::process::id()));
        let open = || {
            std::fs::File::options().read(true).write(true).create(true).truncate(false).open(&path).unwrap()
        };
        let (one, other) = (open(), open());
        assert_eq!(try_lock(&one, 128, Kind::Exclusive), Ok(true));
        assert_eq!(try_lock(&other, 128, Kind::Shared), Ok(false));
        assert_eq!(try_lock(&other, 127, Kind::Exclusive), Ok(true));
        assert_eq!(try_lock(&one, 128, Kind::Shared), Ok(true));
        assert_eq!(try_lock(&other, 128, Kind::Shared), Ok(true));
        assert_eq!(try_lock(&other, 128, Kind::Exclusive), Ok(false));
        std::fs::remove_file(&path).unwrap();
    }
}
