//! What the server of a nested display has of the machine: hostile programs talk to it. Name spaces of its own; in them a tree of the
//! host's programs and fonts, read-only, the directory of its sockets, and of the host the one socket that its window goes to. Runs in
//! the process that becomes the server. Knows no session.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Gid, Mode as Bits, OFlags, Uid};
use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, OpenTreeFlags, UnmountFlags, open_tree};
use see_sys::mount_attributes::{self as attributes, Attributes};
use see_sys::process::namespace;

use crate::engine::filesystems::{Setting, attach, make, place};
use crate::engine::namespaces::map_self;
use crate::engine::tree::path_flags;
use crate::error::{Result, SeeError};
use crate::path::HostPath;
use crate::remove_tree::remove_dir;

use super::{SOCKETS, socket_of};

/// What of the host it sees, where that is there: programs, libraries, fonts, keyboards, and what finds them.
const SEEN: &[&str] = &[
    "usr",
    "bin",
    "sbin",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "etc/ld.so.cache",
    "etc/alternatives",
    "etc/fonts",
    "etc/X11",
    "etc/drirc",
    "dev/null",
    "dev/urandom",
];
/// What finds a display of another machine.
const NAMES: &[&str] = &["hosts", "nsswitch.conf", "resolv.conf"];
/// Where its cookies are, in its tree: those that it takes, and those that open the host's display.
pub(super) const TAKEN: &str = "/cookies";
pub(super) const SHOWN: &str = "/authority";

/// A directory of the host for the sockets of one server, which has it as the usual place of displays: so it can neither reach nor
/// remove those of the host, whose names it tries.
#[derive(Debug)]
pub(super) struct Sockets {
    dir: HostPath,
    /// The host's display, when that is one of this machine with a socket.
    host: Option<u32>,
}

impl Sockets {
    /// Makes it anew, for a server of this user.
    pub(super) fn make(dir: HostPath, host: Option<u32>, user: (u32, u32)) -> Result<Self> {
        let fail = |e: Errno| SeeError::os("making", &dir, e);
        remove_dir(dir.as_path())?;
        rustix::fs::mkdir(dir.as_path(), Bits::RWXU).map_err(fail)?;
        if rustix::process::geteuid().is_root() {
            let (user, group) = (Uid::from_raw(user.0), Gid::from_raw(user.1));
            rustix::fs::chown(dir.as_path(), Some(user), Some(group)).map_err(fail)?;
        }
        let has_socket = |number: &u32| {
            rustix::fs::lstat(socket_of(*number).as_path())
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Socket)
        };
        let host = host.filter(has_socket);
        if let Some(number) = host {
            let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
            let stand_in = dir.join(name_of(number).as_bytes());
            rustix::fs::open(stand_in.as_path(), flags, Bits::RUSR).map_err(fail)?;
        }
        Ok(Self { dir, host })
    }

    /// Returns where the socket of a display is.
    pub(super) fn of(&self, number: u32) -> HostPath {
        self.dir.join(name_of(number).as_bytes())
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        // What is left goes with the session's directory.
        let _ = remove_dir(self.dir.as_path());
    }
}

fn name_of(number: u32) -> String {
    format!("X{number}")
}

/// What a server is confined to.
#[derive(Debug)]
pub(super) struct Confinement<'a> {
    pub(super) sockets: &'a Sockets,
    /// Cookies that it takes.
    pub(super) taken: &'a [u8],
    /// Cookies of the host's display.
    pub(super) shown: &'a [u8],
    /// Whether it has its display without asking for one by name.
    pub(super) is_connected: bool,
}

impl Confinement<'_> {
    /// Tells whether the host's display is reached by the host's network.
    pub(super) fn is_networked(&self) -> bool {
        !self.is_connected && self.sockets.host.is_none()
    }

    /// Returns the name spaces that the server is born into.
    pub(super) fn namespaces(&self) -> i32 {
        let own = namespace::PID | namespace::MOUNT | namespace::IPC | namespace::UTS;
        let users = if rustix::process::geteuid().is_root() { 0 } else { namespace::USER };
        own | users | if self.is_networked() { 0 } else { namespace::NET }
    }

    /// Enters the tree; `caller` is who this process was before it was born. No rights are given up yet.
    pub(super) fn enter(&self, caller: (u32, u32)) -> Result<()> {
        if caller.0 != 0 {
            map_self(caller.0, caller.1)?;
        }
        // Who the server runs as is not who makes this.
        let usual = rustix::process::umask(Bits::empty());
        let entered = self.enter_tree().map_err(|e| SeeError::os("confining", &self.sockets.dir, e));
        rustix::process::umask(usual);
        entered
    }

    fn enter_tree(&self) -> std::result::Result<(), Errno> {
        rustix::mount::mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
        let sockets =
            copy(&self.sockets.dir, attributes::NO_SUID | attributes::NO_DEV | attributes::NO_EXEC)?;
        let root = memory("0755")?;
        // It must be attached somewhere to become the root.
        let anywhere = rustix::fs::open(self.sockets.dir.as_path(), path_flags(), Bits::empty())?;
        attach(root.as_fd(), anywhere.as_fd())?;
        for seen in SEEN {
            show(root.as_fd(), seen)?;
        }
        if self.is_networked() {
            for name in NAMES {
                if let Ok(text) = std::fs::read(Path::new("/etc").join(name)) {
                    write(root.as_fd(), &format!("etc/{name}"), &text)?;
                }
            }
        }
        write(root.as_fd(), TAKEN, self.taken)?;
        write(root.as_fd(), SHOWN, self.shown)?;
        mount(root.as_fd(), "tmp", memory("1777")?.as_fd())?;
        mount(root.as_fd(), SOCKETS, sockets.as_fd())?;
        if let Some(number) = self.sockets.host {
            let host = socket_of(number);
            let socket = copy(&host, attributes::NO_SUID | attributes::NO_DEV | attributes::NO_EXEC)?;
            attach(socket.as_fd(), place(root.as_fd(), &host)?.as_fd())?;
        }
        attributes::set(root.as_fd(), Attributes { set: attributes::READ_ONLY, ..Attributes::default() })?;
        rustix::process::fchdir(&root)?;
        rustix::process::pivot_root(".", ".")?;
        rustix::mount::unmount(".", UnmountFlags::DETACH)?;
        rustix::process::chdir("/")
    }
}

/// Shows something of the host, with all that is mounted below it, read-only.
fn show(root: BorrowedFd<'_>, seen: &str) -> std::result::Result<(), Errno> {
    let host = path(&format!("/{seen}"));
    let kind = match rustix::fs::lstat(host.as_path()) {
        Ok(stat) => FileType::from_raw_mode(stat.st_mode),
        Err(Errno::NOENT | Errno::ACCESS) => return Ok(()),
        Err(e) => return Err(e),
    };
    if kind == FileType::Symlink {
        let target = rustix::fs::readlink(host.as_path(), Vec::new())?;
        return rustix::fs::symlinkat(target, root, host.relative());
    }
    let devices = if seen.starts_with("dev/") { 0 } else { attributes::NO_DEV };
    let copy = copy(&host, attributes::READ_ONLY | attributes::NO_SUID | devices)?;
    if kind == FileType::Directory {
        return mount(root, seen, copy.as_fd());
    }
    write(root, seen, b"")?;
    attach(copy.as_fd(), place(root, &host)?.as_fd())
}

/// Returns a copy of what is mounted at a place and below it, with these flags, attached nowhere.
fn copy(of: &HostPath, flags: u64) -> std::result::Result<OwnedFd, Errno> {
    let how = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_SYMLINK_NOFOLLOW;
    let copy = open_tree(CWD, of.as_path(), how)?;
    attributes::set(copy.as_fd(), Attributes { set: flags, recursive: true, ..Attributes::default() })?;
    Ok(copy)
}

/// Makes a directory below the root, and mounts there.
fn mount(root: BorrowedFd<'_>, name: &str, what: BorrowedFd<'_>) -> std::result::Result<(), Errno> {
    make_dirs(root, &path(name).relative())?;
    attach(what, place(root, &path(name))?.as_fd())
}

/// Writes a small file below the root.
fn write(root: BorrowedFd<'_>, name: &str, content: &[u8]) -> std::result::Result<(), Errno> {
    let place = path(name).relative();
    make_dirs(root, place.parent().unwrap_or(Path::new("")))?;
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(root, &place, flags, Bits::from_raw_mode(0o444))?;
    let mut rest = content;
    while !rest.is_empty() {
        let written = rustix::io::write(&file, rest)?;
        rest = rest.get(written..).unwrap_or_default();
    }
    Ok(())
}

fn make_dirs(root: BorrowedFd<'_>, place: &Path) -> std::result::Result<(), Errno> {
    let mut dirs: Vec<&Path> = place.ancestors().filter(|dir| !dir.as_os_str().is_empty()).collect();
    dirs.reverse();
    for dir in dirs.into_iter().filter(|dir| dir.as_os_str() != ".") {
        match rustix::fs::mkdirat(root, dir, Bits::from_raw_mode(0o755)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn path(name: &str) -> HostPath {
    HostPath::root().join(name.trim_start_matches('/').as_bytes())
}

/// Makes a memory file system; `mode` is its root's.
fn memory(mode: &str) -> std::result::Result<OwnedFd, Errno> {
    let settings = [Setting::Value("mode", mode), Setting::Value("size", "16m")];
    make("tmpfs", &settings, attributes::NO_SUID | attributes::NO_DEV)
        .map_err(|error| error.errno().unwrap_or(Errno::IO))
}
