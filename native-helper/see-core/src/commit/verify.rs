//! Looks at the host after a commit: is there what was committed? Reads facts, no contents: these came by a rename of
//! the very file that was shown, or by a copy that was checked when it was made.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::io::Errno;

use crate::beneath::{Facts, Root};
use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found};
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
    let mut roots: HashMap<u32, Root> = HashMap::new();
    let taken = changes.found.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(found, _)| found);
    let looked_at = taken.filter(|found| !other.contains(&found.change.path));
    // The commit is done: what cannot be looked at is told like what differs, and is no error.
    let differs =
        |found: &&Found| !look(session, &mut roots, found).is_ok_and(|facts| fits(found, facts.as_ref()));
    looked_at.filter(differs).map(|found| found.change.path.clone()).collect()
}

/// Returns what the host has at the path of a change.
fn look(
    session: &Session,
    roots: &mut HashMap<u32, Root>,
    found: &Found,
) -> rustix::io::Result<Option<Facts>> {
    let index = usize::try_from(found.layer).unwrap_or(usize::MAX);
    let layer = session.layers.get(index).ok_or(Errno::NOENT)?;
    let root = match roots.entry(found.layer) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(free) => free.insert(Root::open_exact(&layer.mount_point)?),
    };
    let below = found.change.path.below(&layer.mount_point).unwrap_or_default();
    match root.facts(Path::new(OsStr::from_bytes(below))) {
        Ok(facts) => Ok(Some(facts)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(errno) => Err(errno),
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
