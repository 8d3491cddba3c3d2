//! Looks at the host after a commit: is there what was committed? Reads facts, no contents: these came by a rename of
//! the very file that was shown, or by a copy that was made in full.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::io::Errno;

use crate::beneath::{Facts, Root};
use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found};
use crate::own_files::facts_at;
use crate::path::HostPath;
use crate::session::Session;

/// Returns the paths of chosen changes where the host is not seen as the session was. `other` names those for which
/// something else than the session's own version was asked (a merge, both versions): they are not looked at.
pub fn differing(
    session: &Session,
    changes: &ChangeSet,
    chosen: &[bool],
    other: &HashSet<HostPath>,
) -> Vec<HostPath> {
    let mut host = Host { session, roots: HashMap::new(), holder: None };
    let taken = changes.found.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(found, _)| found);
    let looked_at = taken.filter(|found| !other.contains(&found.change.path));
    // Inodes of several names that are as one of these was seen: the session may have seen another one otherwise.
    let mut as_seen = HashSet::new();
    let mut unlike = Vec::new();
    for found in looked_at {
        // The commit is done: what cannot be looked at is told like what differs, and is no error.
        let facts = host.look(found);
        let inode = facts.as_ref().ok().copied().flatten().and_then(shared_inode);
        if facts.is_ok_and(|facts| fits(found, facts.as_ref())) {
            as_seen.extend(inode);
        } else {
            unlike.push((inode, found));
        }
    }
    unlike.retain(|(inode, _)| inode.is_none_or(|inode| !as_seen.contains(&inode)));
    unlike.into_iter().map(|(_, found)| found.change.path.clone()).collect()
}

/// Returns the inode of an object that has other names, too.
fn shared_inode(facts: Facts) -> Option<(u64, u64)> {
    (!facts.is_dir() && facts.links > 1).then_some((facts.device, facts.ino))
}

/// The host, looked at anew.
struct Host<'a> {
    session: &'a Session,
    roots: HashMap<u32, Root>,
    /// The directory that held what was looked at last: mostly the next one's too.
    holder: Option<(u32, HostPath, OwnedFd)>,
}

impl Host<'_> {
    /// Returns what the host has at the path of a change.
    fn look(&mut self, found: &Found) -> rustix::io::Result<Option<Facts>> {
        match self.facts(found) {
            Ok(facts) => Ok(Some(facts)),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(errno) => Err(errno),
        }
    }

    fn facts(&mut self, found: &Found) -> rustix::io::Result<Facts> {
        let path = &found.change.path;
        let index = usize::try_from(found.layer).unwrap_or(usize::MAX);
        let point = &self.session.layers.get(index).ok_or(Errno::NOENT)?.mount_point;
        let root = match self.roots.entry(found.layer) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(Root::open_exact(point)?.as_owner()),
        };
        let Some(parent) = path.parent().filter(|_| path != point) else { return root.facts(Path::new("")) };
        if let Some((layer, known, dir)) = &self.holder {
            if *layer == found.layer && *known == parent {
                return facts_at(dir.as_fd(), path.name());
            }
        }
        let below = parent.below(point).unwrap_or_default();
        let dir = root.place(Path::new(OsStr::from_bytes(below)))?;
        let (_, _, dir) = self.holder.insert((found.layer, parent, dir));
        facts_at(dir.as_fd(), path.name())
    }
}

fn fits(found: &Found, facts: Option<&Facts>) -> bool {
    let change = &found.change;
    let Some(facts) = facts else { return change.kind == ChangeKind::Deleted };
    change.kind != ChangeKind::Deleted
        && facts.file_type() == change.file_type
        && (change.file_type == FileType::Symlink || facts.permissions() == change.mode)
        && (facts.uid, facts.gid) == (change.uid, change.gid)
        && (change.file_type != FileType::File || facts.size == change.size)
}
