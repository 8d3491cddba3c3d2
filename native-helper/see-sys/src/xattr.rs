//! Lists extended attributes of a directory's entry without opening it.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;

/// `listxattrat(2)`, since Linux 6.13; the number is the same on every architecture.
const SYS_LISTXATTRAT: libc::c_long = 465;

/// Set once the kernel has said that it does not know the call.
static IS_MISSING: AtomicBool = AtomicBool::new(false);

/// Fills `buffer` with the names of the attributes of `name` in `dir` (a symlink's own), each ended by NUL, and returns
/// their length; `None` on kernels without this call.
pub fn list_at(dir: BorrowedFd<'_>, name: &CStr, buffer: &mut [u8]) -> Option<Result<usize, Errno>> {
    if IS_MISSING.load(Ordering::Relaxed) {
        return None;
    }
    // SAFETY: `dir` is an open descriptor, `name` a C string and `buffer` is `buffer.len()` writable bytes; all of them
    // outlive the call.
    let status = unsafe {
        libc::syscall(
            SYS_LISTXATTRAT,
            dir.as_raw_fd(),
            name.as_ptr(),
            libc::AT_SYMLINK_NOFOLLOW,
            buffer.as_mut_ptr(),
            buffer.len(),
        )
    };
    if let Ok(length) = usize::try_from(status) {
        return Some(Ok(length));
    }
    match Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO) {
        // A seccomp filter that does not know the call refuses it with EPERM.
        Errno::NOSYS | Errno::PERM => {
            IS_MISSING.store(true, Ordering::Relaxed);
            None
        }
        errno => Some(Err(errno)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn lists_the_entry_itself() {
        let path = std::env::temp_dir().join(format!("see-sys-xattr-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("a"), "").unwrap();
        std::os::unix::fs::symlink("a", path.join("link")).unwrap();
        rustix::fs::setxattr(path.join("a"), "user.x", b"1", rustix::fs::XattrFlags::empty()).unwrap();
        let dir = std::fs::File::open(&path).unwrap();
        let mut buffer = [0; 64];
        if let Some(listed) = list_at(dir.as_fd(), c"a", &mut buffer) {
            assert_eq!(listed, Ok(7));
            assert_eq!(&buffer[..7], b"user.x\0");
            assert_eq!(list_at(dir.as_fd(), c"link", &mut buffer), Some(Ok(0)));
            assert_eq!(list_at(dir.as_fd(), c"a", &mut buffer[..3]), Some(Err(Errno::RANGE)));
            assert_eq!(list_at(dir.as_fd(), c"gone", &mut buffer), Some(Err(Errno::NOENT)));
        }
        std::fs::remove_dir_all(&path).unwrap();
    }
}
