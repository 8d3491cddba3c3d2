//! Leases on files: the kernel grants one only while nobody has the file open for writing.

use std::os::fd::{AsFd, AsRawFd as _};

use rustix::io::Errno;

use crate::check;

/// Not in libc.
const F_SETSIG: libc::c_int = 10;

/// Tells whether somebody has this file open for writing, or mapped so. `file` is open for reading only.
///
/// Fails with `EACCES` for another user's file, with `EINVAL` on a file system that knows no leases.
pub fn is_written(file: impl AsFd) -> Result<bool, Errno> {
    let fd = file.as_fd().as_raw_fd();
    // Whoever opens the file for writing in this very moment has the kernel send a signal: one that is ignored where nobody
    // handles it, not the one that would end this process.
    // SAFETY: takes plain numbers, and a descriptor that is borrowed for the call.
    check(unsafe { libc::fcntl(fd, F_SETSIG, libc::SIGURG) }.into())?;
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

    #[test]
    fn a_writer_that_comes_while_it_is_asked_ends_nobody() {
        let path = std::env::temp_dir().join(format!("alcatraz-lease-writer-{}", std::process::id()));
        std::fs::write(&path, "").unwrap();
        let theirs = path.clone();
        let writer = std::thread::spawn(move || {
            (0..2000).for_each(|_| drop(std::fs::OpenOptions::new().write(true).open(&theirs).unwrap()));
        });
        let file = std::fs::File::open(&path).unwrap();
        while !writer.is_finished() {
            is_written(&file).unwrap();
        }
        writer.join().unwrap();
        std::fs::remove_file(&path).unwrap();
    }
}
