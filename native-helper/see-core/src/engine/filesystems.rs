//! Making mounts by the descriptor-based mount interface: none of them is in any name space until it is attached, and
//! no path is ever part of an option string. Knows nothing of sessions.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, Mode as Bits, OFlags, ResolveFlags};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create,
    fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen, move_mount, open_tree,
};
use see_sys::mount_attributes::{self as attributes, Attributes};

use crate::error::{ErrorCode, Result, SeeError};
use crate::mounts::Flags;
use crate::path::HostPath;

/// An option of a file system.
#[derive(Clone, Copy, Debug)]
pub enum Setting<'a> {
    /// A word.
    Flag(&'a str),
    /// A name and its value.
    Value(&'a str, &'a str),
}

/// Makes a file system and returns its root, attached nowhere. `flags` are `mount_attributes` constants.
pub fn make(fs_type: &str, settings: &[Setting<'_>], flags: u64) -> Result<OwnedFd> {
    let context =
        fsopen(fs_type, FsOpenFlags::FSOPEN_CLOEXEC).map_err(|e| cannot(fs_type, "opened", e, None))?;
    for setting in [Setting::Value("source", fs_type)].iter().chain(settings) {
        let done = match setting {
            Setting::Flag(name) => fsconfig_set_flag(&context, *name),
            Setting::Value(name, value) => fsconfig_set_string(&context, *name, *value),
        };
        done.map_err(|e| cannot(fs_type, &format!("set up ({setting:?})"), e, Some(&context)))?;
    }
    fsconfig_create(&context).map_err(|e| cannot(fs_type, "made", e, Some(&context)))?;
    let flags = MountAttrFlags::from_bits_retain(u32::try_from(flags).unwrap_or(0));
    fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, flags)
        .map_err(|e| cannot(fs_type, "mounted", e, Some(&context)))
}

/// Returns a copy of the mount at `path` below `dir`, attached nowhere, without the mounts below it.
pub fn copy_of(dir: BorrowedFd<'_>, path: &std::path::Path) -> std::result::Result<OwnedFd, Errno> {
    let mut flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    if path.as_os_str().is_empty() {
        flags |= OpenTreeFlags::AT_EMPTY_PATH;
    }
    open_tree(dir, path, flags | OpenTreeFlags::AT_SYMLINK_NOFOLLOW | OpenTreeFlags::AT_NO_AUTOMOUNT)
}

/// Returns a copy of the host's mount at `point`, with ids shown through `idmap` when given.
pub fn copy_of_host(point: &HostPath, idmap: Option<BorrowedFd<'_>>, flags: u64) -> Result<OwnedFd> {
    let copy = copy_of(CWD, point.as_path()).map_err(|e| failed("copying the mount of", point, e))?;
    set_flags(copy.as_fd(), flags, idmap).map_err(|e| failed("mapping the ids of", point, e))?;
    Ok(copy)
}

/// Sets flags, and an id map, on a mount.
pub fn set_flags(
    mount: BorrowedFd<'_>,
    flags: u64,
    idmap: Option<BorrowedFd<'_>>,
) -> std::result::Result<(), Errno> {
    if flags == 0 && idmap.is_none() {
        return Ok(());
    }
    attributes::set(mount, Attributes { set: flags, idmap, recursive: false })
}

/// Attaches a mount to what `target` is open on.
pub fn attach(mount: BorrowedFd<'_>, target: BorrowedFd<'_>) -> std::result::Result<(), Errno> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    move_mount(mount, "", target, "", flags)
}

/// Opens the place of `path` below `root`, following no symlink, without opening the object itself.
pub fn place(root: BorrowedFd<'_>, path: &HostPath) -> std::result::Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat2(root, path.relative(), flags, Bits::empty(), resolve)
}

/// Makes an overlay. `upper` is open on the directory that holds `upper` and `work`; without it the overlay is
/// read-only and `lowers` must be two.
pub fn overlay(
    lowers: &[BorrowedFd<'_>],
    upper: Option<BorrowedFd<'_>>,
    settings: &[Setting<'_>],
    flags: u64,
) -> Result<OwnedFd> {
    // Option values are at most 255 bytes and have an escape language; a path through a descriptor needs neither.
    let path = |fd: &BorrowedFd<'_>| format!("/proc/self/fd/{}", fd.as_raw_fd());
    let lower = lowers.iter().map(path).collect::<Vec<_>>().join(":");
    let dirs = upper.map(|fd| (path(&fd) + "/upper", path(&fd) + "/work"));
    let mut all = vec![Setting::Value("lowerdir", &lower)];
    if let Some((upper, work)) = &dirs {
        all.extend([Setting::Value("upperdir", upper), Setting::Value("workdir", work)]);
    }
    all.extend_from_slice(settings);
    make("overlay", &all, flags)
}

/// Returns the flags that a SEE's mount takes over from the host's, and `nodev`.
pub fn carried(flags: Flags) -> u64 {
    let pairs = [
        (flags.read_only, attributes::READ_ONLY),
        (flags.no_suid, attributes::NO_SUID),
        (flags.no_exec, attributes::NO_EXEC),
    ];
    attributes::NO_DEV | pairs.iter().filter(|(has, _)| *has).map(|(_, bit)| bit).sum::<u64>()
}

/// Returns the error for a step of making the SEE that failed at `path`.
pub fn failed(doing: &str, path: &HostPath, errno: Errno) -> Box<SeeError> {
    let error = SeeError::os(doing, path, errno);
    if error.code == ErrorCode::DiskFull {
        return error;
    }
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The SEE could not be made: {doing} {} failed: {errno}.", path.display()),
        "Run `alcatraz doctor` to see what this machine can enforce.",
    )
    .with_path(path)
    .with_fact("errno", errno.raw_os_error())
}

/// Returns the error for a file system that could not be made, with the kernel's own words.
fn cannot(fs_type: &str, what: &str, errno: Errno, context: Option<&OwnedFd>) -> Box<SeeError> {
    if errno == Errno::NOSPC {
        let mut error = SeeError::os("making", &HostPath::root(), errno);
        error.message = format!("There is no room left to make the SEE's {fs_type}.");
        return error;
    }
    let words = context.map(kernel_words).unwrap_or_default();
    let words = if words.is_empty() { String::new() } else { format!(" ({words})") };
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The SEE could not be made: {fs_type} could not be {what}: {errno}{words}."),
        "Run `alcatraz doctor` to see what this machine can enforce.",
    )
    .with_fact("errno", errno.raw_os_error())
    .with_fact("filesystem", fs_type)
}

/// Returns what the kernel logged for a file-system context.
fn kernel_words(context: &OwnedFd) -> String {
    let mut words = Vec::new();
    let mut line = [0_u8; 1024];
    while let Ok(count) = rustix::io::read(context, &mut line) {
        if count == 0 {
            break;
        }
        let text = String::from_utf8_lossy(line.get(..count).unwrap_or_default()).trim().to_owned();
        // Each line begins with e, w or i.
        words.push(text.get(2..).unwrap_or_default().to_owned());
    }
    words.join("; ")
}
