//! Conflicts at paths that the session has only read: no change of its own is there, but what it changed elsewhere may rest
//! on what it saw.

use std::collections::HashSet;

use crate::changes::found::ChangeSet;
use crate::commit::selection::Selection;
use crate::criterion;
use crate::error::{Conflict, ConflictReason, ErrorCode, Reason, Resolution, Result, SeeError};
use crate::path::HostPath;
use crate::read_set::entry::Entry;

use super::Grounds;
use super::host::Live;

/// Returns the conflicts at paths without a change that the selection does not resolve, sorted by path.
///
/// A path that has a change, or whose object has one under another name, is judged with it; when that is left out, a person has
/// decided about the path already. Fails
/// with `no-such-change` for a path to skip where the session did nothing.
pub(crate) fn only_read(
    changes: &ChangeSet,
    selection: &Selection,
    grounds: &Grounds,
) -> Result<Vec<Conflict>> {
    selection.check_skipped(changes, grounds.reads.as_ref())?;
    let mut conflicts: Vec<Conflict> =
        changes.astray.iter().filter(|point| !selection.accepts(point)).map(gone_astray).collect();
    // A session that changed nothing fits any host.
    let reads = grounds.reads.as_ref().filter(|_| !changes.found.is_empty());
    let Some(reads) = reads else { return Ok(conflicts) };
    let mut entries: Vec<&Entry> = reads.entries().iter().filter(|entry| !entry.is_blind()).collect();
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let elsewhere: HashSet<&HostPath> =
        changes.found.iter().filter_map(|found| found.lower.as_ref()).collect();
    let mut host = Live::new(&grounds.left);
    for entry in entries {
        let Some(breach) = criterion::judge(entry, &mut host) else { continue };
        let is_judged = changes.get(&entry.path).is_some() || elsewhere.contains(&*entry.path);
        if is_judged || selection.accepts(&entry.path) {
            continue;
        }
        conflicts.push(Conflict {
            path: entry.path.to_ref(),
            reason: breach.reason,
            first_seen: Some(breach.first_seen.timestamp().to_rfc3339()),
            host_changed: breach.host_changed.map(|moment| moment.timestamp().to_rfc3339()),
            choices: vec![Resolution::Skip],
            merge: None,
            only_read: true,
            listing: breach.listing,
        });
    }
    Ok(conflicts)
}

/// Compares what was only read once more, right before the first step of a commit. What is the same as when the commit
/// was checked was so at every moment between the two looks: at one of them all of it held at once.
///
/// Fails with `rolled-back` when something was changed since.
pub(crate) fn still_holds(changes: &ChangeSet, selection: &Selection, grounds: &Grounds) -> Result<()> {
    let conflicts = only_read(changes, selection, grounds)?;
    let Some(path) = conflicts.first().and_then(|conflict| conflict.path.to_host_path()) else {
        return Ok(());
    };
    Err(SeeError::new(
        ErrorCode::RolledBack,
        format!("{}, which the session has read, was changed on the host during the commit.", path.display()),
        "Check again, then commit again.",
    )
    .because(Reason::HostChanged)
    .with_path(&path))
}

/// What the session changed on a file system of the host that is not mounted any more is out of reach with it.
fn gone_astray(point: &HostPath) -> Conflict {
    Conflict {
        path: point.to_ref(),
        reason: ConflictReason::NameVanished,
        first_seen: None,
        host_changed: None,
        choices: vec![Resolution::Skip],
        merge: None,
        only_read: true,
        listing: false,
    }
}
