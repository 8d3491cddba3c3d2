//! Does the criterion hold? Compares what a SEE has looked at with what the host did meanwhile. Changes nothing.

mod as_it_was;
mod grounds;
mod host;
pub(crate) mod in_use;
mod only_read;
mod origin;
mod other_names;

use std::collections::HashMap;

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::changes::stamp;
use crate::commit::left::Origin as Whose;
use crate::commit::selection::{Selection, is_plain_file};
use crate::commit::stat::Stat;
use crate::commit::view::View;
use crate::criterion::{self, Basis, Now};
use crate::error::{Conflict, ConflictReason, Resolution, Result};
use crate::merge::{self, Settled};
use crate::monitor::Monitor;
use crate::overlay_marks::{self, Origin};
use crate::path::HostPath;
use crate::policy::Reads;
use crate::read_set::access::Access;
use crate::read_set::entry::{self, Entry, Moment, Object};
use crate::read_set::set::Missing;
use crate::reads::{self, Read, Seen};
use crate::session::Session;
use crate::store::Store;
use crate::timestamp::Timestamp;

pub use grounds::Grounds;
use host::OneLook;
use in_use::{Hold, InUse};
pub(crate) use only_read::{only_read, still_holds};
use origin::Origins;
pub use other_names::OtherNames;
pub(crate) use other_names::other_names;

/// What a commit of the chosen part of the changes would meet.
#[derive(Debug, Default)]
pub struct Checked {
    /// Where the criterion does not hold, sorted; without the conflicts that the selection resolves.
    pub conflicts: Vec<Conflict>,
    /// Files that both sides only appended to: a commit joins them by itself.
    pub joined: Vec<HostPath>,
    /// What the ignore list leaves out.
    pub ignored: Vec<HostPath>,
    /// Files that change under other names, too.
    pub other_names: Vec<OtherNames>,
    /// How much of what the session looked at was recorded.
    pub tracking: Reads,
    /// Why that is not all.
    pub missing: Option<Missing>,
    /// Of which state of the session's changes this is.
    pub stamp: String,
}

/// Tells what a commit of the chosen part of these changes would meet now.
pub fn check(
    store: &Store,
    session: &Session,
    changes: &ChangeSet,
    selection: &Selection,
    monitor: &dyn Monitor,
) -> Result<Checked> {
    let mut view = View::new(session);
    let selection = merge::carry_out(store, &mut view, changes, selection, monitor)?;
    let chosen = selection.choose(changes)?;
    changes.refuse_unseen(&chosen)?;
    let ignored = selection.ignored(changes);
    let grounds = Grounds::of(store, session)?;
    let found = find(&mut view, changes, &chosen, &grounds)?;
    let Settled { joined, open, selection } =
        merge::settle(store, &mut view, changes, (selection, &grounds), found, monitor)?;
    let conflicts = open.into_iter().chain(only_read(changes, &selection, &grounds)?).collect();
    let other_names = other_names(&mut view, changes, &chosen, &selection)?;
    let (tracking, missing) = (session.policy.reads, grounds.missing);
    let stamp = stamp::stamp(session, changes);
    Ok(Checked { conflicts, joined, ignored, other_names, tracking, missing, stamp })
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
    grounds: &Grounds,
) -> Result<Vec<(usize, Conflict)>> {
    view.set_anew(grounds.anew(changes));
    let mut worst: HashMap<usize, Conflict> = HashMap::new();
    for (index, found) in changes.found.iter().enumerate() {
        if chosen.get(index).copied().unwrap_or(false) && is_covered(view, found)? {
            worst.insert(index, covered(view.layer(found.layer)?.began, found));
        }
    }
    for read in reads::derive(view.session, changes, chosen) {
        let Some(index) = read.change.filter(|index| !worst.contains_key(index)) else { continue };
        let Some(found) = changes.found.get(index) else { continue };
        let host = view.host(read.layer, &read.path)?;
        if let Some(against) = judge(&read, found, host, grounds) {
            if !as_it_was::is_as_it_was(view, found, (&read, against.reason), grounds)? {
                worst.insert(index, conflict(found, against, host));
            }
        }
    }
    let deletes_files =
        changes.found.iter().any(|f| f.change.kind == ChangeKind::Deleted && is_plain_file(f));
    let mut origins = Origins::new(changes, &grounds.left);
    let mut in_use = InUse::default();
    for (index, found) in changes.found.iter().enumerate() {
        let is_chosen = chosen.get(index).copied().unwrap_or(false);
        if !is_chosen || worst.contains_key(&index) {
            continue;
        }
        let first_seen = view.layer(found.layer)?.began;
        let is_blind = matches!(grounds.basis(&found.change.path), Basis::Blind);
        if found.lower.is_none() && !is_blind && was_copied_up(view, found, deletes_files)? {
            let against =
                Against { reason: ConflictReason::NameVanished, first_seen, changed: None, listing: false };
            worst.insert(index, conflict(found, against, None));
        } else if !grounds.overwrites(found) && origins.is_of_another(view, found)? {
            let host = view.host(found.layer, found.lower.as_ref().unwrap_or(&found.change.path))?;
            let changed = host.map(|stat| stat.last_changed());
            let reason = match found.change.kind {
                ChangeKind::Modified => ConflictReason::WriteThenChanged,
                _ => ConflictReason::ReadThenChanged,
            };
            let against = Against { reason, first_seen, changed, listing: false };
            worst.insert(index, conflict(found, against, host));
        } else if let Some(hold) = in_use.hold(view, found)? {
            let against =
                Against { reason: ConflictReason::InUse, first_seen, changed: None, listing: false };
            let host = view.host(found.layer, &found.change.path)?;
            let mut conflict = conflict(found, against, host);
            // The kernel lets nobody write to a program that runs.
            conflict.choices.retain(|choice| hold != Hold::Run || *choice != Resolution::Overwrite);
            worst.insert(index, conflict);
        }
    }
    let mut conflicts: Vec<_> = worst.into_iter().collect();
    conflicts.sort_by_key(|(index, _)| *index);
    Ok(conflicts)
}

/// Tells whether the host has mounted something where this change is of, or would come to.
fn is_covered(view: &mut View<'_>, found: &Found) -> Result<bool> {
    let path = &found.change.path;
    let lower = found.lower.as_ref().filter(|lower| *lower != path);
    Ok(view.is_covered(found.layer, path)?
        || lower.map_or(Ok(false), |lower| view.is_covered(found.layer, lower))?)
}

/// What the host has covered is as good as gone; it can only be left out.
fn covered(began: Timestamp, found: &Found) -> Conflict {
    let against =
        Against { reason: ConflictReason::NameVanished, first_seen: began, changed: None, listing: false };
    Conflict { choices: vec![Resolution::Skip], ..conflict(found, against, None) }
}

/// Why something speaks against the commit.
#[derive(Clone, Copy)]
struct Against {
    reason: ConflictReason,
    first_seen: Timestamp,
    /// When the host's last change was.
    changed: Option<Timestamp>,
    /// Whether it is the names in a directory that have changed.
    listing: bool,
}

/// Tells whether what a change rests on speaks against the commit.
fn judge(read: &Read, found: &Found, host: Option<Stat>, grounds: &Grounds) -> Option<Against> {
    let now = match host.map(|stat| grounds.left.origin_at(&read.path, &stat)) {
        // An earlier commit of the same session took it from there.
        None if grounds.left.has_cleared(&read.path) && read.what == Seen::Name => return None,
        None => Now::Absent,
        Some(Whose::Ours) => return None,
        Some(Whose::Host(stat)) => Now::Object(Object::from(&stat)),
    };
    // Also where it was the host's: the layer remembers names as absent, so a program may never have met what is recorded.
    let is_directory =
        found.change.file_type == FileType::Directory || host.is_some_and(|stat| stat.is_dir());
    match (grounds.basis(&read.path), read.what) {
        (Basis::Seen(entry), Seen::Directory) => match (entry.seen, now) {
            (entry::Seen::Object(old), Now::Object(new)) if old.is_same_inode(&new) => None,
            _ => by_time(read, found, host, grounds),
        },
        // Nothing but its name led the session there, and leads there again.
        (Basis::Unrecorded, Seen::Directory)
            if grounds.is_complete() && host.is_some_and(|stat| stat.is_dir()) =>
        {
            None
        }
        (Basis::Seen(entry), Seen::Read) if is_moved_unread(entry, found, now) => None,
        (Basis::Seen(entry), _) if !is_directory || tells_enough(entry, found, now) => {
            let Some(breach) = criterion::judge(entry, &mut OneLook(now)) else {
                // Whoever empties a file that is there looks at its name alone.
                let is_emptied = read.what == Seen::Written && !is_directory && entry.content.is_none();
                return if is_emptied && !keeps_attributes(found) {
                    by_time(read, found, host, grounds)
                } else {
                    None
                };
            };
            let reason = match breach.reason {
                ConflictReason::ReadThenChanged if read.what == Seen::Written => {
                    ConflictReason::WriteThenChanged
                }
                reason => reason,
            };
            let changed = breach.host_changed.map(Moment::timestamp);
            let first_seen = breach.first_seen.timestamp();
            Some(Against { reason, first_seen, changed, listing: breach.listing })
        }
        (Basis::Blind, Seen::Written | Seen::Name | Seen::Read) if !is_directory => {
            // What is no plain file took the name by a rename, which minds neither type nor attributes of what was there.
            let is_put = found.change.file_type != FileType::File && grounds.is_replaced(&read.path);
            let fits = match now {
                Now::Object(object) => {
                    is_put || object.kind == found.change.file_type && keeps_attributes(found)
                }
                _ => true,
            };
            if fits { None } else { by_time(read, found, host, grounds) }
        }
        _ => by_time(read, found, host, grounds),
    }
}

/// Tells whether what was seen of a directory is all that this change of it rests on. What a directory is like counts when
/// the session changed that; then the host may not have touched it since. Whoever removes one has listed it first; what is none can
/// make way for one.
fn tells_enough(entry: &Entry, found: &Found, now: Now) -> bool {
    match found.change.kind {
        ChangeKind::Deleted | ChangeKind::Replaced => {
            let is_other = matches!(now, Now::Object(object) if object.kind != FileType::Directory);
            entry.listing().is_some() || is_other && criterion::is_untouched(entry, now)
        }
        ChangeKind::Modified | ChangeKind::Renamed => {
            found.change.aspects.is_empty() || criterion::is_untouched(entry, now)
        }
        ChangeKind::Created | ChangeKind::Linked => false,
    }
}

/// Tells whether a change only gives the host's own file another name, and nobody in the session has looked into the file:
/// whatever the host wrote to it goes along.
fn is_moved_unread(entry: &Entry, found: &Found, now: Now) -> bool {
    let looks = Access::READ | Access::APPEND | Access::EXEC | Access::STAT;
    let stays_the_hosts = found.change.file_type != FileType::Directory
        && found.state != UpperState::Whole
        && found.change.aspects.is_empty()
        && !entry.access.has(looks);
    match (entry.seen, now) {
        (entry::Seen::Object(old), Now::Object(new)) => stays_the_hosts && old.is_same_inode(&new),
        _ => false,
    }
}

/// Tells whether a file that was written without a look differs in no more than what was written: emptying a file leaves
/// its mode, owner and attributes alone, so that they would be what the host has made of them.
fn keeps_attributes(found: &Found) -> bool {
    found.change.aspects.iter().all(|aspect| matches!(aspect, Aspect::Content | Aspect::Times))
}

/// The fallback where nothing was recorded: the host's object must not have changed since the session began.
fn by_time(read: &Read, found: &Found, host: Option<Stat>, grounds: &Grounds) -> Option<Against> {
    let against =
        |reason, changed| Some(Against { reason, first_seen: read.first_seen, changed, listing: false });
    let Some(stat) = host else {
        return if read.what == Seen::Name { None } else { against(ConflictReason::NameVanished, None) };
    };
    let stat = match grounds.left.origin(&stat) {
        Whose::Ours => return None,
        Whose::Host(stat) => stat,
    };
    // A tie cannot be told from a change: the clock of a file system is coarse.
    let appeared = stat.identity.born >= read.first_seen;
    let changed = stat.last_changed() >= read.first_seen;
    let when = Some(stat.last_changed());
    match read.what {
        Seen::Directory if appeared || !stat.is_dir() => against(ConflictReason::TypeChanged, when),
        Seen::Directory => None,
        _ if !changed => None,
        Seen::Name => against(ConflictReason::NameAppeared, when),
        Seen::Read if appeared => against(ConflictReason::NameAppeared, when),
        Seen::Read => against(ConflictReason::ReadThenChanged, when),
        Seen::Written if appeared && stat.identity.kind != found.change.file_type => {
            against(ConflictReason::TypeChanged, when)
        }
        Seen::Written if appeared => against(ConflictReason::NameAppeared, when),
        Seen::Written => against(ConflictReason::WriteThenChanged, when),
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

fn conflict(found: &Found, against: Against, host: Option<Stat>) -> Conflict {
    Conflict {
        path: found.change.path.to_ref(),
        reason: against.reason,
        first_seen: Some(against.first_seen.to_rfc3339()),
        host_changed: against.changed.map(Timestamp::to_rfc3339),
        choices: choices(found, host),
        merge: None,
        only_read: false,
        listing: against.listing,
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
    // Attributes alone are nothing without the file that they are of.
    if stands_alone && (host_is_file || host.is_none() && found.state == UpperState::Whole) {
        choices.push(Resolution::Overwrite);
    }
    if stands_alone && found.state == UpperState::Whole && host.is_some() {
        choices.push(Resolution::Both);
    }
    choices
}
