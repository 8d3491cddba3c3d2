//! What programs are shown by a name where the host has changed since the session began: overlayfs goes on showing what it
//! found by that name before, also when that was nothing. Compares only; whoever looks records.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::beneath::{Facts, facts_at, facts_of, read_link_at};
use crate::change::FileType;
use crate::path::HostPath;
use crate::read_set::entry::{Moment, Object};

use super::dir::Lower;
use super::tree::Found;

/// A host that changes while it is compared is compared so often.
const MOST_TRIES: usize = 4;

/// Returns what programs get by this name where that is not what the host has; `None` where it is, and where it cannot be
/// told. `root` is the SEE's, `path` leads to the name without symlinks; in the layer nothing is by it.
pub fn otherwise(root: &OwnedFd, path: &HostPath, lower: &Lower, began: Moment) -> Option<Found> {
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
        let inside = open(root, path)?;
        let shown = match &inside {
            Some(file) => Some(facts_of(file.as_fd()).ok()?),
            None => None,
        };
        let again = at_host(lower, name)?;
        if host.as_ref().map(look) != again.as_ref().map(look) {
            host = again;
            continue;
        }
        return match (shown, inside) {
            (shown, _) if shown.as_ref().map(look) == host.as_ref().map(look) => None,
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

/// Opens, by place only, what the SEE has at a path, if anything; `None` when it cannot be told.
fn open(root: &OwnedFd, path: &HostPath) -> Option<Option<OwnedFd>> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(root, path.relative(), flags, Mode::empty(), resolve) {
        Ok(file) => Some(Some(file)),
        Err(Errno::NOENT) => Some(None),
        Err(_) => None,
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
