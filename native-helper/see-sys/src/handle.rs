//! File handles: the identity of an inode that survives a rename, as `name_to_handle_at(2)` tells it.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

/// The most bytes a handle has (`MAX_HANDLE_SZ`).
const MAX_BYTES: usize = 128;

/// A file handle: its type and its opaque bytes. Equal handles on one file system mean the same inode.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileHandle {
    /// How the file system encodes it.
    pub kind: i32,
    /// What it says.
    pub bytes: Vec<u8>,
}

#[repr(C)]
struct RawHandle {
    handle_bytes: libc::c_uint,
    handle_type: libc::c_int,
    f_handle: [u8; MAX_BYTES],
}

/// Returns the handle of `name` in the directory `dir`; a symlink's own. Fails with `EOPNOTSUPP` where
/// the file system has no handles.
pub fn name_to_handle(dir: BorrowedFd<'_>, name: &CStr) -> Result<FileHandle, Errno> {
    handle(dir, name, 0)
}

/// Returns the handle of an open object itself, which may be open by place only.
pub fn own_handle(object: BorrowedFd<'_>) -> Result<FileHandle, Errno> {
    handle(object, c"", libc::AT_EMPTY_PATH)
}

fn handle(dir: BorrowedFd<'_>, name: &CStr, flags: libc::c_int) -> Result<FileHandle, Errno> {
    let mut raw =
        RawHandle { handle_bytes: MAX_BYTES as libc::c_uint, handle_type: 0, f_handle: [0; MAX_BYTES] };
    let mut mount_id: libc::c_int = 0;
    // SAFETY: `dir` is an open descriptor, `name` a C string, and `raw` is laid out as `struct file_handle`
    // with `handle_bytes` bytes of room behind its header; all of them outlive the call.
    let status = unsafe {
        libc::syscall(
            libc::SYS_name_to_handle_at,
            dir.as_raw_fd(),
            name.as_ptr(),
            std::ptr::from_mut(&mut raw),
            std::ptr::from_mut(&mut mount_id),
            flags,
        )
    };
    if status != 0 {
        return Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO));
    }
    let length = usize::try_from(raw.handle_bytes).unwrap_or(0);
    let bytes = raw.f_handle.get(..length).ok_or(Errno::OVERFLOW)?.to_vec();
    Ok(FileHandle { kind: raw.handle_type, bytes })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn survives_a_rename_and_tells_files_apart() {
        let path = std::env::temp_dir().join(format!("see-sys-handle-{}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("a"), "").unwrap();
        std::fs::write(path.join("b"), "").unwrap();
        let dir = std::fs::File::open(&path).unwrap();
        let a = name_to_handle(dir.as_fd(), c"a").unwrap();
        let b = name_to_handle(dir.as_fd(), c"b").unwrap();
        assert_ne!(a, b);
        std::fs::rename(path.join("a"), path.join("c")).unwrap();
        assert_eq!(name_to_handle(dir.as_fd(), c"c").unwrap(), a);
        assert_eq!(name_to_handle(dir.as_fd(), c"a"), Err(Errno::NOENT));
        std::fs::remove_dir_all(&path).unwrap();
    }
}
