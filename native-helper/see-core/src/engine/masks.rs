//! Masks: a lower layer above the host's, in which hidden places are empty, and what the host makes at others later is not there.
//! A cover that is mounted over a place goes with the path; root inside could move a directory above it below another mount and
//! look under the cover. With a mask there is nothing under it. Without privilege no directory of the host can be moved, so that
//! covers are enough there for what is there.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, FileType, Gid, Mode as Bits, OFlags, Timespec, Timestamps, Uid, XattrFlags};
use rustix::io::Errno;
use see_sys::mount_attributes as attributes;

use crate::error::Result;
use crate::overlay_marks;
use crate::path::HostPath;

use super::devices::shifted;
use super::filesystems::{Setting, failed, make, place};
use super::plan::Tree;

/// What a mask keeps out of sight: what is there, and what the host may make.
pub struct Masked<'t> {
    hidden: Vec<&'t HostPath>,
    unmade: Vec<&'t HostPath>,
}

impl<'t> Masked<'t> {
    /// Returns every place.
    pub fn all(&self) -> impl Iterator<Item = &'t HostPath> {
        self.hidden.iter().chain(&self.unmade).copied()
    }
}

/// Returns what the mask of the part at `point` keeps out of sight: what is there only when a program could move directories of the
/// host (`is_movable`).
pub fn masked<'t>(tree: &'t Tree, point: &HostPath, is_movable: bool) -> Masked<'t> {
    let is_own = |hidden: &&HostPath| {
        let parts = tree.parts.iter().rev().map(|part| &part.point);
        let covering = parts.filter(|other| *other != *hidden).find(|other| hidden.is_within(other));
        covering == Some(point)
    };
    Masked {
        hidden: tree.hidden.iter().filter(|_| is_movable).filter(is_own).collect(),
        unmade: tree.unmade.iter().filter(is_own).collect(),
    }
}

/// Returns the mask of the part at `point`, attached nowhere; `None` when nothing on it is hidden. Owners are shifted by `shift`,
/// which is for a process that may give files away; without it all that matters belongs to the user.
pub fn of(tree: &Tree, point: &HostPath, shift: Option<u32>) -> Result<Option<OwnedFd>> {
    let Masked { hidden, unmade } = masked(tree, point, shift.is_some());
    if hidden.is_empty() && unmade.is_empty() {
        return Ok(None);
    }
    let settings = [Setting::Value("mode", "0755"), Setting::Value("size", "16m")];
    let mask = Mask { root: make("tmpfs", &settings, attributes::NO_DEV)?, shift };
    let mut above = BTreeMap::new();
    for path in hidden {
        mask.add(point, path, &mut above).map_err(|e| failed("hiding", path, e))?;
    }
    for path in unmade {
        mask.keep_out(point, path, &mut above).map_err(|e| failed("hiding", path, e))?;
    }
    // From the inside out: making an entry changes the time of the directory that holds it.
    for (inside, host) in above.iter().rev() {
        match mask.dress(inside, host) {
            // Removed since the plan was made: homes of others come and go.
            Err(_) if rustix::fs::lstat(host.as_path()).is_err() => {}
            dressed => dressed.map_err(|e| failed("copying the attributes of", host, e))?,
        }
    }
    Ok(Some(mask.root))
}

struct Mask {
    root: OwnedFd,
    shift: Option<u32>,
}

impl Mask {
    /// Adds what stands for a hidden place. Collects the directories above it: inside, and on the host.
    fn add(
        &self,
        point: &HostPath,
        hidden: &HostPath,
        above: &mut BTreeMap<HostPath, HostPath>,
    ) -> std::result::Result<(), Errno> {
        let kind = match rustix::fs::lstat(hidden.as_path()) {
            Ok(stat) => FileType::from_raw_mode(stat.st_mode),
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(()),
            Err(e) => return Err(e),
        };
        match self.way_to(point, hidden, above)? {
            Some((dir, last)) => make_empty(dir.as_fd(), last, kind),
            None => Ok(()),
        }
    }

    /// Makes what the host puts at a place from now on stay away.
    fn keep_out(
        &self,
        point: &HostPath,
        unmade: &HostPath,
        above: &mut BTreeMap<HostPath, HostPath>,
    ) -> std::result::Result<(), Errno> {
        match self.way_to(point, unmade, above)? {
            // What overlayfs takes for "nothing here, nor below".
            Some((dir, last)) => rustix::fs::mknodat(&dir, last, FileType::CharacterDevice, Bits::empty(), 0),
            None => Ok(()),
        }
    }

    /// Makes the directories above a place. Returns the last of them, and the name in it.
    fn way_to<'a>(
        &self,
        point: &HostPath,
        place_of: &'a HostPath,
        above: &mut BTreeMap<HostPath, HostPath>,
    ) -> std::result::Result<Option<(OwnedFd, &'a [u8])>, Errno> {
        let names: Vec<&[u8]> = place_of
            .below(point)
            .unwrap_or_default()
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty())
            .collect();
        let Some((last, way)) = names.split_last() else { return Ok(None) };
        let (mut inside, mut host) = (HostPath::root(), point.clone());
        let mut dir = self.root.try_clone().map_err(|_| Errno::MFILE)?;
        above.insert(inside.clone(), host.clone());
        for name in way {
            (inside, host) = (inside.join(name), host.join(name));
            match rustix::fs::mkdirat(&dir, *name, Bits::RWXU) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(e) => return Err(e),
            }
            dir = place(self.root.as_fd(), &inside)?;
            above.insert(inside.clone(), host.clone());
        }
        Ok(Some((dir, last)))
    }

    /// Gives a directory of the mask the owner, mode, attributes and times of the host's.
    fn dress(&self, inside: &HostPath, host: &HostPath) -> std::result::Result<(), Errno> {
        let is_root = *inside == HostPath::root();
        if self.shift.is_none() && is_root {
            // Its layer's root is what shows.
            return Ok(());
        }
        let dir = place(self.root.as_fd(), inside)?;
        let path = through(&dir);
        let stat = rustix::fs::lstat(host.as_path())?;
        if let Some(shift) = self.shift {
            let (user, group) = (shift.saturating_add(stat.st_uid), shift.saturating_add(stat.st_gid));
            rustix::fs::chown(&path, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)))?;
        }
        rustix::fs::chmod(&path, Bits::from_raw_mode(stat.st_mode))?;
        for name in overlay_marks::list(host.as_path())? {
            // Access lists hold ids, which are shifted as owners are.
            let shift_list = |list: Vec<u8>| shifted(&list, self.shift?);
            let value = match name.as_bytes() {
                name if name.starts_with(b"trusted.") => None,
                bytes if bytes.starts_with(b"system.posix_acl_") => {
                    overlay_marks::get(host.as_path(), &name)?.and_then(shift_list)
                }
                name if name.starts_with(b"system.") => None,
                _ => overlay_marks::get(host.as_path(), &name)?,
            };
            match value
                .map_or(Ok(()), |value| rustix::fs::setxattr(&path, &name, &value, XattrFlags::empty()))
            {
                // A memory file system keeps user attributes since Linux 6.6.
                Ok(()) | Err(Errno::OPNOTSUPP) => {}
                // What an ordinary user cannot set says nothing to programs of an ordinary user.
                Err(Errno::PERM) if self.shift.is_none() => {}
                Err(e) => return Err(e),
            }
        }
        let time =
            |tv_sec, nanoseconds: u64| Timespec { tv_sec, tv_nsec: i64::try_from(nanoseconds).unwrap_or(0) };
        let times = Timestamps {
            last_access: time(stat.st_atime, stat.st_atime_nsec),
            last_modification: time(stat.st_mtime, stat.st_mtime_nsec),
        };
        rustix::fs::utimensat(&dir, "", &times, AtFlags::EMPTY_PATH)
    }
}

/// Makes an empty directory that hides the host's, or an empty file.
fn make_empty(dir: BorrowedFd<'_>, name: &[u8], kind: FileType) -> std::result::Result<(), Errno> {
    if kind == FileType::Directory {
        rustix::fs::mkdirat(dir, name, Bits::from_raw_mode(0o555))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = rustix::fs::openat(dir, name, flags, Bits::empty())?;
        return rustix::fs::fsetxattr(&made, "trusted.overlay.opaque", b"y", XattrFlags::empty());
    }
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(dir, name, flags, Bits::from_raw_mode(0o444)).map(drop)
}

fn through(fd: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
}
