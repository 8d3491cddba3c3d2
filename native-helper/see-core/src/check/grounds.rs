//! What a check rests on: what the session has looked at, as far as that is recorded, and what our own commits did since. Looks
//! nothing up on the host.

use std::collections::HashSet;
use std::path::PathBuf;

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::commit::left::LeftByUs;
use crate::criterion::{self, Basis};
use crate::error::Result;
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::entry::Entry;
use crate::read_set::set::{Missing, ReadSet};
use crate::reads;
use crate::session::Session;
use crate::store::Store;

use super::keeps_attributes;

/// What a check rests on: what the session has looked at, and what commits did to the host since.
#[derive(Debug, Default)]
pub struct Grounds {
    /// What commits left on the host.
    pub(super) left: LeftByUs,
    /// The read set; `None` when nothing was recorded.
    pub(super) reads: Option<ReadSet>,
    /// Why it is not all that was to be recorded, and never will be.
    pub(super) missing: Option<Missing>,
    /// Where the session's record lies, with what files were before it changed them.
    pub(super) session_dir: PathBuf,
}

impl Grounds {
    /// Returns what is known of a session.
    pub fn of(store: &Store, session: &Session) -> Result<Self> {
        let (left, reads) = (LeftByUs::since(store, session)?, reads::recorded(store, session)?);
        let is_recorded = session.policy.reads.level().is_some();
        let missing = match &reads {
            Some(reads) => reads.missing(),
            // It is gone.
            None => is_recorded.then_some(Missing::CutOff),
        };
        let missing = missing.filter(|missing| !reads::go_on(session, *missing));
        Ok(Self { left, reads, missing, session_dir: store.session_dir(&session.id) })
    }

    /// Tells whether the session may join what it appended to this file with what the host did: no record shows that it read the
    /// file, nor lacks that, and it changed no attributes, of which only one side's would remain.
    pub(crate) fn may_join(&self, found: &Found) -> bool {
        let reads = |entry: &Entry| entry.access.has(Access::READ | Access::EXEC);
        let entry = self.reads.as_ref().and_then(|set| set.get(&found.change.path));
        self.missing.is_none() && keeps_attributes(found) && !entry.is_some_and(reads)
    }

    /// Tells whether all that the session looked at was recorded.
    pub(super) fn is_complete(&self) -> bool {
        self.reads.as_ref().is_some_and(|reads| reads.missing().is_none())
    }

    /// Returns the files of the host that the session changed by putting others in their places, where a whole record tells so:
    /// it has a rename, or no write to the host's own.
    pub(super) fn anew(&self, changes: &ChangeSet) -> HashSet<HostPath> {
        let Some(reads) = self.reads.as_ref().filter(|_| self.is_complete()) else { return HashSet::new() };
        // What commits of the session settled is not in the record any more.
        let forgets = self.left.has_own();
        let is_anew = |found: &&Found| match found.lower.as_ref().and_then(|path| reads.get(path)) {
            // The attributes of what is open change without a record.
            Some(entry) if !found.change.aspects.contains(&Aspect::Content) => entry.is_replaced(),
            Some(entry) => entry.is_replaced() || !entry.access.changes_content(),
            None => !forgets && found.change.aspects.contains(&Aspect::Content),
        };
        let is_file = |found: &&Found| {
            (found.change.kind, found.change.file_type) == (ChangeKind::Modified, FileType::File)
                && found.state == UpperState::Whole
        };
        let files = changes.found.iter().filter(is_file).filter(is_anew);
        files.filter_map(|found| found.lower.clone()).collect()
    }

    /// Tells whether the session put something in the place of what was at this path.
    pub(super) fn is_replaced(&self, path: &HostPath) -> bool {
        self.reads.as_ref().and_then(|reads| reads.get(path)).is_some_and(Entry::is_replaced)
    }

    /// Tells whether a file is the session's own from its first byte to its last, and all else about it the host's: then it does
    /// not matter which one it was.
    pub(super) fn overwrites(&self, found: &Found) -> bool {
        let is_unread = match self.basis(&found.change.path) {
            Basis::Blind => true,
            Basis::Seen(entry) => self.is_complete() && entry.content.is_none(),
            Basis::Unrecorded => false,
        };
        is_unread
            && found.change.kind != ChangeKind::Deleted
            && found.change.file_type == FileType::File
            && found.state == UpperState::Whole
            && keeps_attributes(found)
    }

    /// Returns what a change of this path rests on.
    pub(super) fn basis(&self, path: &HostPath) -> Basis<'_> {
        let is_complete = self.is_complete();
        match criterion::basis(self.reads.as_ref(), path) {
            // What is missing may be the look before the write, or an earlier one than the first that is known.
            Basis::Blind if !is_complete => Basis::Unrecorded,
            Basis::Seen(_) if self.missing.is_some() => Basis::Unrecorded,
            basis => basis,
        }
    }
}
