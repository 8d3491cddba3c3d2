//! The atomic execution criterion, for what was recorded: would the SEE have seen the same, had all of it happened now?
//! Pure; whoever asks says what the host has now.

use crate::change::FileType;
use crate::error::ConflictReason;
use crate::path::HostPath;
use crate::read_set::entry::{Entry, Moment, Object, Seen};
use crate::read_set::names::NamesDigest;
use crate::read_set::set::ReadSet;

const SECOND: i64 = 1_000_000_000;
/// How coarse the stamps of file systems without fractions of a second are: FAT counts in steps of two.
const COARSE: i64 = 2 * SECOND;

/// What the host has at a path now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// Nothing.
    Absent,
    /// This.
    Object(Object),
    /// What an earlier commit of the same session put there: no change of the host's.
    Ours,
    /// Something that cannot be looked at.
    Unknown,
}

/// Looks at the host.
pub trait Host {
    /// Returns what is at a path; `Absent` also when a part of it is no directory, `Unknown` when one is a symlink.
    fn now(&mut self, path: &HostPath) -> Now;
    /// Returns the digest of a directory's names now; `None` when it cannot be told.
    fn names(&mut self, path: &HostPath) -> Option<NamesDigest>;
}

/// Why an entry speaks against a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The reason.
    pub reason: ConflictReason,
    /// When the SEE first saw what has changed.
    pub first_seen: Moment,
    /// When the host changed it; `None` when that cannot be told.
    pub host_changed: Option<Moment>,
    /// Whether it is the names in a directory that have changed, after the SEE listed them.
    pub listing: bool,
}

/// What a change of a path rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis<'a> {
    /// Nothing is recorded for it: any change of the host since the session began counts.
    Unrecorded,
    /// It was written without a look: no change of the host counts.
    Blind,
    /// This was seen: [`judge`] tells.
    Seen(&'a Entry),
}

/// Returns what a change of this path rests on. `None` for the set means that nothing was recorded at all.
pub fn basis<'a>(reads: Option<&'a ReadSet>, path: &HostPath) -> Basis<'a> {
    match reads.and_then(|reads| reads.get(path)) {
        None => Basis::Unrecorded,
        Some(entry) if entry.is_blind() => Basis::Blind,
        Some(entry) => Basis::Seen(entry),
    }
}

/// Tells whether, and why, one entry speaks against a commit.
pub fn judge(entry: &Entry, host: &mut impl Host) -> Option<Breach> {
    let name = entry.name?;
    let breach =
        |reason, first_seen, host_changed| Some(Breach { reason, first_seen, host_changed, listing: false });
    let (old, new) = match (entry.seen, host.now(&entry.path)) {
        (_, Now::Ours) | (Seen::Absent, Now::Absent) => return None,
        (Seen::Absent, Now::Object(new)) => {
            return breach(ConflictReason::NameAppeared, name, Some(new.ctime));
        }
        (Seen::Absent, Now::Unknown) => return breach(ConflictReason::NameAppeared, name, None),
        (Seen::Object(_), Now::Absent) => return breach(ConflictReason::NameVanished, name, None),
        (Seen::Object(_), Now::Unknown) => return breach(ConflictReason::ReadThenChanged, name, None),
        (Seen::Object(old), Now::Object(new)) => (old, new),
    };
    if old.kind != new.kind {
        return breach(ConflictReason::TypeChanged, name, Some(new.ctime));
    }
    if let Some(at) = entry.content {
        // Equal stamps prove nothing when the last change fell into the tick of the first look.
        if old != new || is_tie(&old, at) {
            return breach(ConflictReason::ReadThenChanged, at, Some(new.mtime.max(new.ctime)));
        }
    } else if old.kind == FileType::Directory && !old.is_same_inode(&new) {
        return breach(ConflictReason::ReadThenChanged, name, Some(new.ctime));
    }
    let at = entry.listing()?;
    if old == new && !is_tie(&old, at) {
        return None;
    }
    let names = host.names(&entry.path);
    let reason = match (entry.names, names) {
        (Some(before), Some(now)) if before == now => return None,
        (Some(before), Some(now)) if before.count > now.count => ConflictReason::NameVanished,
        _ => ConflictReason::NameAppeared,
    };
    Some(Breach { reason, first_seen: at, host_changed: Some(new.mtime), listing: true })
}

/// Tells whether an object may have changed once more after the look at `at` without a sign: its last change fell into the
/// same tick. Stamps may lie in the future (`touch -d`); the kernel's own stamp of the change, ctime, is what counts.
pub fn is_tie(object: &Object, at: Moment) -> bool {
    let is_whole_second = object.ctime.0 % SECOND == 0;
    let tick = if is_whole_second { COARSE } else { 0 };
    object.ctime.0.saturating_add(tick) >= at.0
}

/// Tells whether the host has done nothing at all to an object since it was seen first.
pub fn is_untouched(entry: &Entry, now: Now) -> bool {
    match (entry.seen, now, entry.name) {
        (Seen::Object(old), Now::Object(new), Some(at)) => old == new && !is_tie(&old, at),
        _ => false,
    }
}

/// Returns every entry that speaks against a commit, in the order in which they were first seen.
pub fn breaches<'a>(reads: &'a ReadSet, host: &mut impl Host) -> Vec<(&'a Entry, Breach)> {
    reads.entries().iter().filter_map(|entry| judge(entry, host).map(|breach| (entry, breach))).collect()
}

#[cfg(test)]
#[path = "criterion_tests.rs"]
mod tests;
