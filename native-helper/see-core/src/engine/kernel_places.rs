//! The SEE's own /proc, /sys and /dev. Everything of the kernel that is not parted by a name space is read-only.

use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Gid, Mode as Bits, OFlags, Uid, XattrFlags};
use rustix::io::Errno;
use see_sys::mount_attributes::{NO_DEV, NO_EXEC, NO_SUID, READ_ONLY};

use crate::error::Result;
use crate::path::HostPath;

use super::devices::{ACCESS_LIST, Node, shifted};
use super::filesystems::{Setting, attach, copy_of, copy_of_host, failed, make, place, set_flags};
use super::namespaces::SHIFT;
use super::tree::Ids;

const QUIET: u64 = NO_SUID | NO_DEV | NO_EXEC;

/// Device nodes by name: major and minor number.
const NODES: &[(&str, u32, u32)] =
    &[("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

const LINKS: &[(&str, &str)] = &[
    ("fd", "/proc/self/fd"),
    ("stdin", "/proc/self/fd/0"),
    ("stdout", "/proc/self/fd/1"),
    ("stderr", "/proc/self/fd/2"),
    ("ptmx", "pts/ptmx"),
];

/// Mounts them below `root`, with these devices of the host besides the usual ones. The caller is in the SEE's pid and network name spaces already.
pub fn mount(root: BorrowedFd<'_>, ids: Ids<'_>, devices: &[Node]) -> Result<()> {
    put(root, "/proc", make("proc", &[], QUIET)?)?;
    protect(root, "/proc/sys")?;
    if matches!(ids, Ids::Identity) {
        protect_what_trusts_root(root)?;
    }
    put(root, "/sys", make("sysfs", &[], QUIET | READ_ONLY)?)?;
    mount_cgroups(root)?;
    let dev =
        make("tmpfs", &[Setting::Value("mode", "0755"), Setting::Value("size", "1m")], NO_SUID | NO_EXEC)?;
    fill_dev(dev.as_fd(), ids)?;
    add_devices(dev.as_fd(), ids, devices)?;
    put(root, "/dev", dev)?;
    if matches!(ids, Ids::Own) {
        bind_devices(root, devices)?;
    }
    let shm = make("tmpfs", &[Setting::Value("mode", "1777")], QUIET & !NO_EXEC)?;
    put(root, "/dev/shm", shm)
}

/// Mounts what belongs to the SEE's root: its terminals and message queues. The caller is in its user name space.
pub fn mount_terminals(root: BorrowedFd<'_>, ids: Ids<'_>) -> Result<OwnedFd> {
    let mut settings = vec![
        Setting::Value("ptmxmode", "0666"),
        Setting::Value("mode", "0620"),
        // All sessions and containers together have what the kernel does not keep for the host: one of them must not take it all.
        Setting::Value("max", "1024"),
    ];
    if !matches!(ids, Ids::Own) {
        settings.push(Setting::Value("gid", "5"));
    }
    let terminals = make("devpts", &settings, NO_SUID | NO_EXEC)?;
    let kept = terminals.try_clone().map_err(|_| failed("keeping", &host("/dev/pts"), Errno::MFILE))?;
    put(root, "/dev/pts", terminals)?;
    put_if_offered(root, "/dev/mqueue", "mqueue", QUIET)?;
    Ok(kept)
}

/// Attaches a file system below the root.
fn put(root: BorrowedFd<'_>, path: &str, mount: OwnedFd) -> Result<()> {
    let path = host(path);
    let target = place(root, &path).map_err(|e| failed("finding", &path, e))?;
    attach(mount.as_fd(), target.as_fd()).map_err(|e| failed("mounting", &path, e))
}

/// Makes a part of the tree read-only, by a mount of its own. A part that the kernel does not have needs nothing.
fn protect(root: BorrowedFd<'_>, path: &str) -> Result<()> {
    let path = host(path);
    let target = match place(root, &path) {
        Ok(target) => target,
        Err(Errno::NOENT) => return Ok(()),
        Err(e) => return Err(failed("finding", &path, e)),
    };
    let fail = |e| failed("protecting", &path, e);
    let copy = copy_of(target.as_fd(), Path::new("")).map_err(fail)?;
    set_flags(copy.as_fd(), QUIET | READ_ONLY, None).map_err(fail)?;
    attach(copy.as_fd(), target.as_fd()).map_err(fail)
}

/// Makes read-only what else of /proc trusts the number 0 of a user id, which a shifted root does not have: what is found there, for every
/// kernel and driver adds to it. Also what nobody may write to: a changed mode or owner is the host's as well, for the kernel has one
/// entry for all mounts of /proc. What belongs to processes is parted by the pid name space.
fn protect_what_trusts_root(root: BorrowedFd<'_>) -> Result<()> {
    let proc = host("/proc");
    let fail = |e| failed("reading", &proc, e);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = place(root, &proc).and_then(|place| rustix::fs::openat(&place, ".", flags, Bits::empty()));
    for entry in dir.and_then(rustix::fs::Dir::new).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy();
        let is_process = name.bytes().all(|byte| byte.is_ascii_digit());
        if is_process || name == "." || name == ".." || name == "sys" {
            continue;
        }
        let path = format!("/proc/{name}");
        match entry.file_type() {
            // They lead to what belongs to processes.
            FileType::Symlink => {}
            _ => protect(root, &path)?,
        }
    }
    Ok(())
}

/// Shows the SEE's own control group where the host has only the unified tree.
fn mount_cgroups(root: BorrowedFd<'_>) -> Result<()> {
    const CGROUP2_MAGIC: u64 = 0x6367_7270;
    let place = "/sys/fs/cgroup";
    let unified =
        rustix::fs::statfs(place).is_ok_and(|stat| u64::try_from(stat.f_type).ok() == Some(CGROUP2_MAGIC));
    if unified { put_if_offered(root, place, "cgroup2", QUIET | READ_ONLY) } else { Ok(()) }
}

/// Attaches a file system that a SEE does without where the kernel was built without it, or forbids it around us.
fn put_if_offered(root: BorrowedFd<'_>, path: &str, fs_type: &str, flags: u64) -> Result<()> {
    const REFUSALS: [Errno; 3] = [Errno::NODEV, Errno::PERM, Errno::ACCESS];
    match make(fs_type, &[], flags) {
        Ok(mount) => put(root, path, mount),
        Err(error) if error.errno().is_some_and(|errno| REFUSALS.contains(&errno)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn fill_dev(dev: BorrowedFd<'_>, ids: Ids<'_>) -> Result<()> {
    let fail = |name: &str| {
        let path = host("/dev").join(name.as_bytes());
        move |e| failed("making", &path, e)
    };
    for (name, major, minor) in NODES {
        match ids {
            Ids::Shifted(_) | Ids::Identity => {
                let number = rustix::fs::makedev(*major, *minor);
                let mode = Bits::from_raw_mode(0o666);
                rustix::fs::mknodat(dev, *name, FileType::CharacterDevice, mode, number)
                    .map_err(fail(name))?;
                rustix::fs::chmodat(dev, *name, mode, rustix::fs::AtFlags::empty()).map_err(fail(name))?;
            }
            Ids::Own => {
                let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
                rustix::fs::openat(dev, *name, flags, Bits::from_raw_mode(0o666)).map_err(fail(name))?;
            }
        }
    }
    for name in ["pts", "shm", "mqueue"] {
        rustix::fs::mkdirat(dev, name, Bits::from_raw_mode(0o755)).map_err(fail(name))?;
    }
    for (name, target) in LINKS {
        rustix::fs::symlinkat(*target, dev, *name).map_err(fail(name))?;
    }
    Ok(())
}

/// Binds the host's device nodes over the empty files that stand for them, where nodes cannot be made. Read-only: devices are
/// written to all the same, and the nodes, which are the host's own, stay as they are.
fn bind_devices(root: BorrowedFd<'_>, devices: &[Node]) -> Result<()> {
    let usual = NODES.iter().map(|(name, ..)| host("/dev").join(name.as_bytes()));
    for path in usual.chain(devices.iter().map(|node| node.path.clone())) {
        let target = place(root, &path).map_err(|e| failed("finding", &path, e))?;
        let node = copy_of_host(&path, None, NO_SUID | NO_EXEC | READ_ONLY)?;
        attach(node.as_fd(), target.as_fd()).map_err(|e| failed("mounting", &path, e))?;
    }
    Ok(())
}

/// Adds devices of the host that were asked for: nodes with the owners that they have there, as they are seen inside; or empty
/// files for them.
fn add_devices(dev: BorrowedFd<'_>, ids: Ids<'_>, devices: &[Node]) -> Result<()> {
    let shift = if matches!(ids, Ids::Shifted(_)) { SHIFT.0 } else { 0 };
    for node in devices {
        let add = || {
            let mut dir = dev.try_clone_to_owned().map_err(|_| Errno::MFILE)?;
            let mut names: Vec<&[u8]> =
                node.path.below(&host("/dev")).unwrap_or_default().split(|byte| *byte == b'/').collect();
            let name = names.pop().unwrap_or_default();
            for above in names {
                match rustix::fs::mkdirat(&dir, above, Bits::from_raw_mode(0o755)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(e) => return Err(e),
                }
                dir = rustix::fs::openat(&dir, above, OFlags::DIRECTORY | OFlags::CLOEXEC, Bits::empty())?;
            }
            if matches!(ids, Ids::Own) {
                let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
                return rustix::fs::openat(&dir, name, flags, Bits::empty()).map(drop);
            }
            let (mode, number) =
                (Bits::from_raw_mode(node.mode), rustix::fs::makedev(node.number.0, node.number.1));
            rustix::fs::mknodat(&dir, name, FileType::CharacterDevice, mode, number)?;
            let (user, group) = (shift.saturating_add(node.owner.0), shift.saturating_add(node.owner.1));
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            rustix::fs::chownat(&dir, name, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)), flags)?;
            rustix::fs::chmodat(&dir, name, mode, AtFlags::empty())?;
            match node.access.as_deref().and_then(|access| shifted(access, shift)) {
                Some(access) => set_access_list(dir.as_fd(), name, &access),
                None => Ok(()),
            }
        };
        add().map_err(|e| failed("making", &node.path, e))?;
    }
    Ok(())
}

/// Gives a node that was just made an access list. Its mode is then the list's. A kernel without lists in memory file systems has
/// none to show: fewer may open it than natively.
fn set_access_list(dir: BorrowedFd<'_>, name: &[u8], access: &[u8]) -> std::result::Result<(), Errno> {
    let node =
        rustix::fs::openat(dir, name, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC, Bits::empty())?;
    let path = format!("/proc/self/fd/{}", node.as_raw_fd());
    match rustix::fs::setxattr(path, ACCESS_LIST, access, XattrFlags::empty()) {
        Ok(()) | Err(Errno::OPNOTSUPP) => Ok(()),
        Err(e) => Err(e),
    }
}

fn host(path: &str) -> HostPath {
    HostPath::new(path.as_bytes()).unwrap_or_else(HostPath::root)
}
