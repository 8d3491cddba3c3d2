//! What is put over single places of a SEE's tree: nothing over hidden ones, the SEE's own list of name servers, a
//! display.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode as Bits, OFlags};
use rustix::io::Errno;
use see_sys::mount_attributes as attributes;

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::net::resolver::Resolver;
use crate::path::HostPath;

use super::display::{SOCKETS, Screen};
use super::filesystems::{attach, copy_of, failed, place, set_flags};
use super::tree::{Builder, Ids, make_dir_at};

impl Builder<'_> {
    /// Covers the list of name servers with one that names the SEE's, read-only.
    pub(super) fn put_resolver(&self, resolver: &Resolver) -> Result<()> {
        let Some(file) = &resolver.file else { return Ok(()) };
        let target = match place(self.root.as_fd(), file) {
            Ok(target) => target,
            // The session removed it when it ran before, and lives with that.
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::ACCESS) => return Ok(()),
            Err(e) => return Err(failed("finding", file, e)),
        };
        let make = || {
            let name = "resolv.conf";
            let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
            let copy = rustix::fs::openat(&self.scratch, name, flags, Bits::from_raw_mode(0o644))?;
            rustix::io::write(&copy, resolver.content.as_bytes())?;
            drop(copy);
            let mount = copy_of(self.scratch.as_fd(), name.as_ref())?;
            let quiet =
                attributes::READ_ONLY | attributes::NO_DEV | attributes::NO_SUID | attributes::NO_EXEC;
            set_flags(mount.as_fd(), quiet, None)?;
            attach(mount.as_fd(), target.as_fd())
        };
        make().map_err(|e| failed("replacing", file, e))
    }

    /// Covers a place with nothing. Without masks refuses when the session moved the place away when it ran before, for
    /// then its content would show under another name.
    pub(super) fn hide(&self, path: &HostPath) -> Result<()> {
        // In a directory of the SEE's own there is nothing of the host's anyway.
        let is_own = self.own.contains(path);
        let is_masked = !matches!(self.ids, Ids::Own);
        let may_be_missing = is_own || is_masked || !self.tree.entered_before;
        let target = match place(self.root.as_fd(), path) {
            Ok(target) => target,
            // Below a directory that the user cannot search there is nothing to hide.
            Err(Errno::ACCESS) => return Ok(()),
            // Nor on a mount that is not shown.
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) if may_be_missing => return Ok(()),
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => return Err(moved(path)),
            Err(e) => return Err(failed("finding", path, e)),
        };
        if !may_be_missing && !is_same(path, target.as_fd())? {
            return Err(moved(path));
        }
        let cover = || {
            let stat = rustix::fs::fstat(&target)?;
            let cover = self.cover(FileType::from_raw_mode(stat.st_mode))?;
            attach(cover.as_fd(), target.as_fd())
        };
        cover().map_err(|e| failed("hiding", path, e))
    }

    /// Shows a display: its socket, alone in the usual directory, and its cookies.
    pub(super) fn show(&self, screen: &Screen, socket: &OwnedFd) -> Result<()> {
        let path = HostPath::new(SOCKETS.as_bytes()).unwrap_or_else(HostPath::root);
        let show = || {
            let target = place(self.root.as_fd(), &path)?;
            let name = format!("X{}", screen.number);
            let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
            let sockets = make_dir_at(self.scratch.as_fd(), "display")?;
            rustix::fs::chmodat(&self.scratch, "display", Bits::from_raw_mode(0o755), AtFlags::empty())?;
            rustix::fs::openat(&sockets, name.as_str(), flags, Bits::from_raw_mode(0o666))?;
            let authority = rustix::fs::openat(&sockets, "authority", flags, Bits::from_raw_mode(0o644))?;
            let mut rest = screen.authority.as_slice();
            while !rest.is_empty() {
                let written = rustix::io::write(&authority, rest)?;
                rest = rest.get(written..).unwrap_or_default();
            }
            let quiet = attributes::NO_DEV | attributes::NO_SUID | attributes::NO_EXEC;
            let dir = copy_of(sockets.as_fd(), "".as_ref())?;
            set_flags(dir.as_fd(), quiet | attributes::READ_ONLY, None)?;
            attach(dir.as_fd(), target.as_fd())?;
            set_flags(socket.as_fd(), quiet, None)?;
            attach(socket.as_fd(), place(dir.as_fd(), &HostPath::root().join(name.as_bytes()))?.as_fd())
        };
        show().map_err(|e| failed("showing the display in", &path, e))
    }

    /// Returns a mount of nothing for a directory, or for anything else.
    pub(super) fn cover(&self, kind: FileType) -> std::result::Result<OwnedFd, Errno> {
        let name = if kind == FileType::Directory { "directory" } else { "file" };
        copy_of(self.nothing.as_fd(), name.as_ref())
    }
}

/// Returns a copy of the mount of a display's socket.
pub(super) fn socket_of(screen: &Screen) -> Result<OwnedFd> {
    copy_of(CWD, screen.socket.as_path()).map_err(|e| failed("showing the display of", &screen.socket, e))
}

/// Tells whether an object in the tree is the host's. It was never copied to a layer, for it was hidden all the time;
/// so it shows the time of the host's last change, which nothing can forge. Another session may change it meanwhile.
fn is_same(path: &HostPath, inside: BorrowedFd<'_>) -> Result<bool> {
    const TRIES: u32 = 100;
    for _ in 0..TRIES {
        let host = rustix::fs::lstat(path.as_path()).map_err(|e| failed("looking at", path, e))?;
        let seen = rustix::fs::fstat(inside).map_err(|e| failed("looking at", path, e))?;
        if (host.st_ctime, host.st_ctime_nsec) == (seen.st_ctime, seen.st_ctime_nsec) {
            return Ok(FileType::from_raw_mode(seen.st_mode) == FileType::from_raw_mode(host.st_mode));
        }
    }
    Ok(false)
}

fn moved(path: &HostPath) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("The session moved {}, which must stay hidden.", path.display()),
        "Review and commit or abort the session; it cannot be entered again.",
    )
    .because(Reason::MovedHidden)
    .with_path(path)
}

/// Makes what hidden places are covered with, below the scratch space.
pub(super) fn make_nothing(scratch: BorrowedFd<'_>) -> std::result::Result<OwnedFd, Errno> {
    let place = make_dir_at(scratch, "nothing")?;
    rustix::fs::mkdirat(&place, "directory", Bits::from_raw_mode(0o555))?;
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    rustix::fs::openat(&place, "file", flags, Bits::from_raw_mode(0o444))?;
    let nothing = copy_of(place.as_fd(), "".as_ref())?;
    set_flags(nothing.as_fd(), attributes::READ_ONLY | attributes::NO_DEV | attributes::NO_EXEC, None)?;
    attach(nothing.as_fd(), place.as_fd())?;
    Ok(nothing)
}
