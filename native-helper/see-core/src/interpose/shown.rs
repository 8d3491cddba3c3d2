//! What programs are shown by a name where the host has changed since the session began: overlayfs goes on showing what it
//! found by that name before, also when that was nothing. Compares only; whoever looks records.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use see_sys::handle::own_handle;

use crate::beneath::{Facts, facts_at, facts_of, read_link_at};
use crate::change::FileType;
use crate::layer::Layer;
use crate::overlay_marks::{Origin, marks_at};
use crate::path::HostPath;
use crate::read_set::entry::{Moment, Object};

use super::dir::Lower;
use super::found::Found;

/// A host that changes while it is compared is compared so often.
const MOST_TRIES: usize = 4;

/// Returns what programs get by this name where that is not what the host has; `None` where it is, and where it cannot be
/// told. `root` is the SEE's, `path` leads to the name without symlinks; in the layer nothing is by it.
pub fn otherwise(root: &OwnedFd, path: &HostPath, lower: &Lower, layer: &Layer) -> Option<Found> {
    let (began, same_mount) = (Moment::from(layer.began), layer.same_mount);
    let name = path.name();
    let mut host = at_host(lower, name)?;
    let last = match &host {
        Some(facts) => facts.ctime,
        None => facts_of(lower.fd.as_fd()).ok()?.mtime,
    };
    if Moment::from(last) < began {
        return None;
    }
    for _ in 0..MOST_TRIES {
        let inside = match open(root, path) {
            Ok(inside) => Some(inside),
            Err(Errno::NOENT) => None,
            // Programs go another way than the host has here now.
            Err(Errno::LOOP | Errno::NOTDIR | Errno::STALE) => return Some(untold(lower.path.join(name))),
            Err(_) => return None,
        };
        let shown = match &inside {
            Some(file) => Some(facts_of(file.as_fd()).ok()?),
            None => None,
        };
        let again = at_host(lower, name)?;
        if host.as_ref().map(look) != again.as_ref().map(look) {
            host = again;
            continue;
        }
        // A rename gives the file that comes and the one that goes the very same time.
        let is_gone = shown.as_ref().is_some_and(|shown| shown.links == 0 && host.is_some());
        let is_numbered = same_mount && shown.as_ref().map(|it| it.ino) != host.as_ref().map(|it| it.ino);
        return match (shown, inside) {
            (shown, _) if shown.as_ref().map(look) == host.as_ref().map(look) && !is_gone && !is_numbered => {
                None
            }
            (Some(shown), Some(file)) => found(&shown, &file, lower.path.join(name)),
            _ => Some(Found::Absent { host: Some(lower.path.join(name)) }),
        };
    }
    None
}

/// What tells two objects of one name apart: overlayfs has numbers of its own for some.
fn look(facts: &Facts) -> (FileType, u64, Moment, Moment) {
    (facts.file_type(), facts.size, facts.mtime.into(), facts.ctime.into())
}

/// Returns what the host has by a name, if anything; `None` when it cannot be told.
fn at_host(lower: &Lower, name: &[u8]) -> Option<Option<Facts>> {
    match facts_at(lower.fd.as_fd(), name) {
        Ok(facts) => Some(Some(facts).filter(|facts| !facts.is_whiteout())),
        Err(Errno::NOENT) => Some(None),
        Err(_) => None,
    }
}

/// Opens, by place only, what the SEE has at a path.
fn open(root: &OwnedFd, path: &HostPath) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path.relative(), flags, Mode::empty(), resolve)
}

/// What programs get by the path of a directory of the host.
#[derive(Debug, PartialEq, Eq)]
pub enum Way {
    /// That directory.
    Same,
    /// What the host had there before, and where to when that was a symlink.
    Former(Option<Vec<u8>>),
}

/// Tells what programs get by this path, where the host has this directory now. `copied` is the directory in the layer, by the
/// one that holds it and its name.
pub fn way(
    root: &OwnedFd,
    path: &HostPath,
    lower: &Lower,
    copied: Option<BorrowedFd<'_>>,
    layer: &Layer,
) -> Way {
    let since = Moment::from(layer.mounted);
    for _ in 0..MOST_TRIES {
        let Ok(host) = facts_of(lower.fd.as_fd()) else { return Way::Same };
        // Whatever takes another's name is changed by that itself.
        if Moment::from(host.ctime) < since {
            return Way::Same;
        }
        if let Some(holder) = copied {
            // It has the times of the copy; but of which directory it is one, it says.
            let marks = marks_at(holder, path.name(), layer.marks);
            let Ok(Some(Origin::Handle(origin))) = marks.map(|marks| marks.origin) else { return Way::Same };
            let is_other = own_handle(lower.fd.as_fd())
                .is_ok_and(|now| now != origin && !layer.may_be_of_a_mask(&origin, &now));
            return if is_other { Way::Former(None) } else { Way::Same };
        }
        let shown = open(root, path).and_then(|shown| Ok((facts_of(shown.as_fd())?, shown)));
        if facts_of(lower.fd.as_fd()).is_ok_and(|again| look(&again) == look(&host)) {
            let is_other = match &shown {
                Ok((facts, link)) if facts.file_type() == FileType::Symlink => {
                    return Way::Former(read_link_at(link.as_fd(), b"").ok());
                }
                // Overlayfs shows the host's own numbers where all its layers are on one file system.
                Ok((shown, _)) if layer.same_mount => {
                    (shown.file_type(), shown.ino) != (host.file_type(), host.ino)
                }
                Ok((shown, _)) => look(shown) != look(&host),
                Err(errno) => matches!(*errno, Errno::NOENT | Errno::LOOP | Errno::NOTDIR | Errno::STALE),
            };
            return if is_other { Way::Former(None) } else { Way::Same };
        }
    }
    Way::Same
}

/// Returns what stands for something of the host that programs got here and that cannot be told any more.
pub fn untold(path: HostPath) -> Found {
    Found::Other { host: Some((path, Object::unknown(Moment::now()))) }
}

/// Returns what stands for a symlink of the host that programs went by and that is not there any more.
pub fn former_link() -> Object {
    Object { kind: FileType::Symlink, ..Object::unknown(Moment::now()) }
}

/// Returns what programs get instead of this by a name of another directory: nobody can say.
pub fn instead_of(found: &Found) -> Option<Found> {
    let like = |(path, object): &(HostPath, Object)| {
        Some((path.clone(), Object { kind: object.kind, ..Object::unknown(Moment::now()) }))
    };
    match found {
        Found::Directory { host: Some(host) } => Some(Found::Directory { host: like(host) }),
        Found::Symlink { target, host: Some(host) } => {
            Some(Found::Symlink { target: target.clone(), host: like(host) })
        }
        Found::Other { host: Some(host) } => Some(Found::Other { host: like(host) }),
        Found::Absent { host: Some(path) } => Some(untold(path.clone())),
        _ => None,
    }
}

/// Returns an object that the host had by this path and has not any more.
fn found(facts: &Facts, file: &OwnedFd, host: HostPath) -> Option<Found> {
    let object = Object { kind: facts.file_type(), ..Object::unknown(Moment::now()) };
    let host = Some((host, object));
    Some(match facts.file_type() {
        FileType::Directory => Found::Directory { host },
        FileType::Symlink => Found::Symlink { target: read_link_at(file.as_fd(), b"").ok()?, host },
        _ => Found::Other { host },
    })
}
