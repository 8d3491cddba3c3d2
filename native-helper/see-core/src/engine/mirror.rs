//! What directories of the SEE's own are made of: a memory file system, and copies of small files that a layer can lie
//! on. Read as the user, before anything hostile.

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{CWD, FileType, Mode as Bits, OFlags};
use rustix::io::Errno;
use see_sys::mount_attributes as attributes;

use crate::error::Result;
use crate::path::HostPath;

use super::filesystems::{Setting, make};

/// Copies a small file of the host into a mirror, with its mode and time. One that is gone by now is left out.
pub fn copy_file(file: &HostPath, mirror: BorrowedFd<'_>) -> std::result::Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let host = match rustix::fs::openat(CWD, file.as_path(), flags, Bits::empty()) {
        Ok(host) => host,
        Err(Errno::NOENT | Errno::ACCESS | Errno::LOOP | Errno::NXIO) => return Ok(()),
        Err(e) => return Err(e),
    };
    let stat = rustix::fs::fstat(&host)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(());
    }
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let copy = rustix::fs::openat(mirror, file.name(), flags, Bits::RUSR | Bits::WUSR)?;
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let count = rustix::io::read(&host, buffer.as_mut_slice())?;
        let mut rest = buffer.get(..count).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        while !rest.is_empty() {
            let written = rustix::io::write(&copy, rest)?;
            rest = rest.get(written..).unwrap_or_default();
        }
    }
    rustix::fs::fchmod(&copy, Bits::from_raw_mode(stat.st_mode))?;
    let time = |seconds, nanoseconds: u64| rustix::fs::Timespec {
        tv_sec: seconds,
        tv_nsec: i64::try_from(nanoseconds).unwrap_or(0),
    };
    rustix::fs::futimens(
        &copy,
        &rustix::fs::Timestamps {
            last_access: time(stat.st_atime, stat.st_atime_nsec),
            last_modification: time(stat.st_mtime, stat.st_mtime_nsec),
        },
    )
}

/// Makes the file system for directories of the SEE's own, with room for copies of small files.
pub fn own_root() -> Result<OwnedFd> {
    let settings = [Setting::Value("mode", "0755"), Setting::Value("size", "64m")];
    make("tmpfs", &settings, attributes::NO_DEV)
}
