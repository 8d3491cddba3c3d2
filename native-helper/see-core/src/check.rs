//! Does the criterion hold? Compares what a SEE has looked at with what the host did meanwhile. Changes nothing.

use std::collections::HashMap;

use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::commit::left::{LeftByUs, Origin as Whose};
use crate::commit::selection::{Selection, is_plain_file};
use crate::commit::stat::Stat;
use crate::commit::view::View;
use crate::error::{Conflict, ConflictReason, Resolution, Result};
use crate::merge::{self, Settled};
use crate::overlay_marks::{self, Origin};
use crate::path::HostPath;
use crate::reads::{self, Read, Seen};
use crate::session::Session;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// What a commit of the chosen part of the changes would meet.
#[derive(Debug, Default)]
pub struct Checked {
    /// Where the criterion does not hold, sorted; without the conflicts that the selection resolves.
    pub conflicts: Vec<Conflict>,
    /// Files that both sides only appended to: a commit joins them by itself.
    pub joined: Vec<HostPath>,
    /// What the ignore list leaves out.
    pub ignored: Vec<HostPath>,
}

/// Tells what a commit of the chosen part of these changes would meet now.
pub fn check(
    store: &Store,
    session: &Session,
    changes: &ChangeSet,
    selection: &Selection,
) -> Result<Checked> {
    let mut view = View::new(session);
    let selection = merge::carry_out(store, &mut view, changes, selection)?;
    let chosen = selection.choose(changes)?;
    let ignored = selection.ignored(changes);
    let left = LeftByUs::since(store, session)?;
    let conflicts = find(&mut view, changes, &chosen, &left)?;
    let Settled { joined, open, .. } = merge::settle(store, &mut view, changes, selection, conflicts)?;
    Ok(Checked { conflicts: open, joined, ignored })
}

/// Returns the conflicts that the selection does not resolve.
pub(crate) fn unresolved(
    changes: &ChangeSet,
    selection: &Selection,
    conflicts: Vec<(usize, Conflict)>,
) -> Vec<(usize, Conflict)> {
    let is_open = |index: usize, conflict: &Conflict| {
        let path = changes.found.get(index).map(|found| &found.change.path);
        let choice = path.and_then(|path| selection.resolution(path));
        let is_merged = path.is_some_and(|path| selection.merged(path).is_some());
        !is_merged && !choice.is_some_and(|choice| conflict.choices.contains(&choice))
    };
    conflicts.into_iter().filter(|(index, conflict)| is_open(*index, conflict)).collect()
}

/// Returns every conflict with the index of its change, in the order of the changes; one for each change.
pub(crate) fn find(
    view: &mut View<'_>,
    changes: &ChangeSet,
    chosen: &[bool],
    left: &LeftByUs,
) -> Result<Vec<(usize, Conflict)>> {
    let mut worst: HashMap<usize, Conflict> = HashMap::new();
    for read in reads::derive(view.session, changes, chosen) {
        let Some(index) = read.change.filter(|index| !worst.contains_key(index)) else { continue };
        let Some(found) = changes.found.get(index) else { continue };
        let host = view.host(read.layer, &read.path)?;
        if let Some((reason, when)) = judge(&read, found, host, left) {
            worst.insert(index, conflict(found, reason, read.first_seen, when, host));
        }
    }
    let deletes_files =
        changes.found.iter().any(|f| f.change.kind == ChangeKind::Deleted && is_plain_file(f));
    for (index, found) in changes.found.iter().enumerate() {
        let is_chosen = chosen.get(index).copied().unwrap_or(false);
        if is_chosen && found.lower.is_none() && !worst.contains_key(&index) {
            let came_from_host = was_copied_up(view, found, deletes_files)?;
            let first_seen = view.layer(found.layer)?.began;
            if came_from_host {
                worst.insert(index, conflict(found, ConflictReason::NameVanished, first_seen, None, None));
            }
        }
    }
    let mut conflicts: Vec<_> = worst.into_iter().collect();
    conflicts.sort_by_key(|(index, _)| *index);
    Ok(conflicts)
}

/// Tells whether one entry of the read set speaks against the commit, and when the host's last change was.
fn judge(
    read: &Read,
    found: &Found,
    host: Option<Stat>,
    left: &LeftByUs,
) -> Option<(ConflictReason, Option<Timestamp>)> {
    let Some(stat) = host else {
        return (read.what != Seen::Name).then_some((ConflictReason::NameVanished, None));
    };
    let stat = match left.origin(&stat) {
        Whose::Ours => return None,
        Whose::Host(stat) => stat,
    };
    // A tie cannot be told from a change: the clock of a file system is coarse.
    let appeared = stat.identity.born >= read.first_seen;
    let changed = stat.last_changed() >= read.first_seen;
    let when = Some(stat.last_changed());
    match read.what {
        Seen::Directory if appeared || !stat.is_dir() => Some((ConflictReason::TypeChanged, when)),
        Seen::Directory => None,
        _ if !changed => None,
        Seen::Name => Some((ConflictReason::NameAppeared, when)),
        Seen::Read if appeared => Some((ConflictReason::NameAppeared, when)),
        Seen::Read => Some((ConflictReason::ReadThenChanged, when)),
        Seen::Written if appeared && stat.identity.kind != found.change.file_type => {
            Some((ConflictReason::TypeChanged, when))
        }
        Seen::Written if appeared => Some((ConflictReason::NameAppeared, when)),
        Seen::Written => Some((ConflictReason::WriteThenChanged, when)),
    }
}

/// Tells whether an object that looks new began as the host's: then the host has lost it since.
fn was_copied_up(view: &mut View<'_>, found: &Found, deletes_files: bool) -> Result<bool> {
    use std::os::fd::AsFd as _;
    if !matches!(found.state, UpperState::Whole | UpperState::MergedDirectory) || found.upper.is_none() {
        return Ok(false);
    }
    let source = view.source(found)?;
    let space = view.layer(found.layer)?.marks;
    let dir = view.places.holder(&source)?;
    let marks = overlay_marks::marks_at(dir.as_fd(), source.split().1, space)
        .map_err(|errno| view.places.error("reading the marks of", &source, errno))?;
    Ok(match marks.origin {
        _ if marks.redirect.is_some() => true,
        Some(Origin::Handle(_)) => true,
        // Without handles a renamed file looks the same as one that the host has lost.
        Some(Origin::Unknown) => !deletes_files || found.change.file_type == FileType::Directory,
        None => false,
    })
}

fn conflict(
    found: &Found,
    reason: ConflictReason,
    first_seen: Timestamp,
    when: Option<Timestamp>,
    host: Option<Stat>,
) -> Conflict {
    Conflict {
        path: found.change.path.to_ref(),
        reason,
        first_seen: Some(first_seen.to_rfc3339()),
        host_changed: when.map(Timestamp::to_rfc3339),
        choices: choices(found, host),
        merge: None,
    }
}

/// Returns what can be chosen: only what works whatever else is in the commit.
fn choices(found: &Found, host: Option<Stat>) -> Vec<Resolution> {
    let mut choices = vec![Resolution::Skip];
    let host_is_file = host.is_some_and(|stat| stat.identity.kind == FileType::File);
    if !is_plain_file(found) {
        return choices;
    }
    let kind = found.change.kind;
    let stands_alone = !matches!(kind, ChangeKind::Renamed | ChangeKind::Linked);
    if stands_alone && (host_is_file || host.is_none()) {
        choices.push(Resolution::Overwrite);
    }
    if stands_alone && found.state == UpperState::Whole && host.is_some() {
        choices.push(Resolution::Both);
    }
    choices
}
