//! What a session has looked at, and when first: as it was recorded, and as its changes alone tell where it was not.

use std::collections::HashSet;

use crate::change::ChangeKind;
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::commit::namespace::Namespace;
use crate::engine::reads_path;
use crate::error::Result;
use crate::path::HostPath;
use crate::read_set::log;
use crate::read_set::set::{Missing, ReadSet};
use crate::session::{Session, SessionState};
use crate::store::Store;
use crate::timestamp::Timestamp;

/// Returns what was recorded of a session's reads; `None` when nothing was.
pub fn recorded(store: &Store, session: &Session) -> Result<Option<ReadSet>> {
    if session.policy.reads.level().is_none() {
        return Ok(None);
    }
    log::load(&reads_path(store, &session.id))
}

/// Tells whether a read set only looks cut off because its session still runs.
pub fn go_on(session: &Session, missing: Missing) -> bool {
    missing == Missing::CutOff && matches!(session.state, SessionState::Starting | SessionState::Running)
}

/// What the SEE looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// An object whose content, attributes or existence its changes rest on, and that they overwrite.
    Written,
    /// An object that its changes rest on and leave as it is.
    Read,
    /// A name that it took: free, or of an object that it did not look at.
    Name,
    /// A directory that it worked in: which one it is matters, not what else it holds.
    Directory,
}

/// One entry of the read set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The name on the host.
    pub path: HostPath,
    /// The layer that covers it: its file system's clock counts.
    pub layer: u32,
    /// What was looked at.
    pub what: Seen,
    /// When it was looked at first, or a time before that.
    pub first_seen: Timestamp,
    /// Index of the change that rests on it; `None` when no change does.
    pub change: Option<usize>,
}

/// Returns what the chosen changes rest on, each entry seen when the session began.
pub fn derive(session: &Session, changes: &ChangeSet, chosen: &[bool]) -> Vec<Read> {
    let mut namespace = Namespace::new(changes);
    let mut directories = HashSet::new();
    let mut reads = Vec::new();
    let chosen_ones = changes.found.iter().zip(chosen).filter(|(_, chosen)| **chosen);
    let renamed = chosen_ones.filter(|(found, _)| found.change.kind == ChangeKind::Renamed);
    let moved: HashSet<&HostPath> = renamed.filter_map(|(found, _)| found.lower.as_ref()).collect();
    for (index, found) in changes.found.iter().enumerate() {
        if !chosen.get(index).copied().unwrap_or(false) {
            continue;
        }
        let layer = usize::try_from(found.layer).ok().and_then(|layer| session.layers.get(layer));
        let Some(layer) = layer else { continue };
        let first_seen = layer.began;
        let mut add = |path: HostPath, what| {
            reads.push(Read { path, layer: found.layer, what, first_seen, change: Some(index) });
        };
        let before = namespace.before(&found.change.path);
        // What stands where something was renamed away destroys nothing: the rename tells what it rests on.
        let is_left = |lower: &&HostPath| found.change.kind == ChangeKind::Replaced && moved.contains(lower);
        if let Some(lower) = found.lower.as_ref().filter(|lower| !is_left(lower)) {
            let stays = matches!(found.change.kind, ChangeKind::Renamed | ChangeKind::Linked);
            add(lower.clone(), if stays { Seen::Read } else { Seen::Written });
        }
        if let Some(name) = before.filter(|name| found.lower.as_ref() != Some(name) && takes_name(found)) {
            add(name, Seen::Name);
        }
        let holder = found.change.path.parent().and_then(|holder| namespace.before_dir(&holder));
        let holder = holder.filter(|holder| holder.is_within(&layer.mount_point));
        if let Some(holder) = holder.filter(|_| found.state != UpperState::Absent) {
            if directories.insert(holder.clone()) {
                add(holder, Seen::Directory);
            }
        }
    }
    reads
}

fn takes_name(found: &Found) -> bool {
    found.state != UpperState::Absent
}
