//! Removes a directory tree that a hostile program made: any depth, any mode, no symlink followed, no mount entered.
//! Knows nothing of what the tree was for.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, IFlags, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::Errno;

use crate::error::SeeError;
use crate::path::HostPath;

type Result<T> = std::result::Result<T, Errno>;

/// Removes a directory of our own with all that is in it, if it is there.
pub fn remove_dir(dir: &Path) -> crate::error::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    let removed = match rustix::fs::rmdir(dir) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(_) => remove_full(dir),
    };
    let shown = || HostPath::new(dir.as_os_str().as_bytes()).unwrap_or_else(HostPath::root);
    removed.map_err(|errno| SeeError::os("removing", &shown(), errno))
}

fn remove_full(dir: &Path) -> Result<()> {
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else { return Ok(()) };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    match rustix::fs::openat(rustix::fs::CWD, parent, flags, Mode::empty()) {
        Ok(parent) => remove_tree(parent.as_fd(), Path::new(name)).map(drop),
        Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// Removes `name` in the directory `dir`, with all below it. Tells whether there was anything.
///
/// Sub-directories are moved up into the tree's top before they are emptied, so two open directories are enough
/// for any depth. Can be called again when it was cut off.
pub fn remove_tree(dir: BorrowedFd<'_>, name: &Path) -> Result<bool> {
    match rustix::fs::unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) => return Ok(true),
        Err(Errno::NOENT) => return Ok(false),
        Err(Errno::ISDIR) => {}
        Err(Errno::PERM) => {
            // A directory, or an immutable file.
            unprotect(dir, name);
            match rustix::fs::unlinkat(dir, name, AtFlags::empty()) {
                Ok(()) => return Ok(true),
                Err(Errno::ISDIR | Errno::PERM) => {}
                Err(errno) => return Err(errno),
            }
        }
        Err(errno) => return Err(errno),
    }
    let top = open_writable(dir, name)?;
    let mut serial = 0_u64;
    loop {
        let subdirectories = empty(top.as_fd(), None, &mut serial)?;
        if subdirectories.is_empty() {
            break;
        }
        for sub in subdirectories {
            let sub = Path::new(std::ffi::OsStr::new(os(&sub)));
            let inner = open_writable(top.as_fd(), sub)?;
            empty(inner.as_fd(), Some(top.as_fd()), &mut serial)?;
            rustix::fs::unlinkat(&top, sub, AtFlags::REMOVEDIR)?;
        }
    }
    rustix::fs::unlinkat(dir, name, AtFlags::REMOVEDIR)?;
    Ok(true)
}

fn os(name: &CStr) -> &std::ffi::OsStr {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(name.to_bytes())
}

/// Removes every entry but directories. Those are moved into `up`, or returned when there is no `up`.
fn empty(dir: BorrowedFd<'_>, up: Option<BorrowedFd<'_>>, serial: &mut u64) -> Result<Vec<CString>> {
    let mut directories = Vec::new();
    let mut others = Vec::new();
    let listing =
        rustix::fs::openat(dir, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    for entry in Dir::read_from(&listing)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let is_dir = match entry.file_type() {
            FileType::Directory => true,
            FileType::Unknown => {
                let stat = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
                FileType::from_raw_mode(stat.st_mode) == FileType::Directory
            }
            _ => false,
        };
        if is_dir { &mut directories } else { &mut others }.push(name.to_owned());
    }
    for name in others {
        match rustix::fs::unlinkat(dir, &name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::PERM | Errno::ACCESS) => {
                unprotect(dir, Path::new(os(&name)));
                rustix::fs::unlinkat(dir, &name, AtFlags::empty())?;
            }
            Err(errno) => return Err(errno),
        }
    }
    let Some(up) = up else { return Ok(directories) };
    for name in directories {
        // Moving a directory rewrites its `..`: an ordinary user needs to be allowed to write to it.
        drop(open_writable(dir, Path::new(os(&name)))?);
        loop {
            *serial += 1;
            let free = format!("{:x}.{serial:x}", std::process::id());
            match rustix::fs::renameat_with(dir, &name, up, free, RenameFlags::NOREPLACE) {
                Err(Errno::EXIST) => {}
                other => break other?,
            }
        }
    }
    Ok(Vec::new())
}

/// Opens a directory for listing and changing, whatever its mode and flags are.
fn open_writable(dir: BorrowedFd<'_>, name: &Path) -> Result<OwnedFd> {
    let handle = open_here(dir, name, OFlags::PATH | OFlags::DIRECTORY)?;
    let through = format!("/proc/self/fd/{}", handle.as_raw_fd());
    let mode = Mode::from_raw_mode(rustix::fs::fstat(&handle)?.st_mode);
    if !mode.contains(Mode::RWXU) {
        match rustix::fs::chmod(&through, mode | Mode::RWXU) {
            Ok(()) => {}
            Err(Errno::PERM) => {
                unprotect(dir, name);
                // A directory of somebody else: root needs no mode bits, and anybody else learns it below.
                let _ = rustix::fs::chmod(&through, mode | Mode::RWXU);
            }
            Err(errno) => return Err(errno),
        }
    }
    let open = rustix::fs::openat(
        &handle,
        ".",
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    if let Ok(flags) = rustix::fs::ioctl_getflags(&open) {
        let protection = IFlags::IMMUTABLE | IFlags::APPEND;
        if flags.intersects(protection) {
            rustix::fs::ioctl_setflags(&open, flags - protection)?;
        }
    }
    Ok(open)
}

/// Opens what lies in a directory itself, not what a symlink or a mount shows in its place: that is nobody's to remove.
fn open_here(dir: BorrowedFd<'_>, name: &Path, flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat2(dir, name, flags, Mode::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_XDEV)
}

/// Takes the immutable and append-only flags away, where there are any and we may. What follows tells whether it
/// was enough.
fn unprotect(dir: BorrowedFd<'_>, name: &Path) {
    let Ok(stat) = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW) else { return };
    if !matches!(FileType::from_raw_mode(stat.st_mode), FileType::RegularFile | FileType::Directory) {
        return;
    }
    if let Ok(file) = open_here(dir, name, OFlags::RDONLY | OFlags::NONBLOCK) {
        if let Ok(old) = rustix::fs::ioctl_getflags(&file) {
            let _ = rustix::fs::ioctl_setflags(&file, old - (IFlags::IMMUTABLE | IFlags::APPEND));
        }
    }
}
