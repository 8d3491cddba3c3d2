//! What commits left on the host: a check must not take our own work for somebody else's.

use std::collections::HashMap;

use crate::error::Result;
use crate::session::Session;
use crate::store::Store;

use super::journal::{self, Journal};
use super::record::{CommitRecord, CommitState};
use super::stat::{Identity, Stat};

/// Whose an object is, as far as its times tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The session's own earlier commits brought it, and nobody has changed it since.
    Ours,
    /// The host's: it stood like this before commits touched it.
    Host(Stat),
}

/// One object as a commit left it.
#[derive(Clone, Copy, Debug)]
struct Trace {
    after: Stat,
    before: Option<Stat>,
    own: bool,
}

/// The objects that commits touched, as they left them.
#[derive(Debug, Default)]
pub struct LeftByUs {
    traces: HashMap<Identity, Vec<Trace>>,
}

impl LeftByUs {
    /// Reads what every commit, undo and failed attempt left since this session was made.
    pub fn since(store: &Store, session: &Session) -> Result<Self> {
        let mut left = Self::default();
        for commit in store.commits()?.iter().filter(|commit| commit.time >= session.created) {
            left.read(store, commit, commit.session == session.id, |_| true)?;
        }
        Ok(left)
    }

    /// Reads what failed attempts to take this commit back left.
    pub fn attempts(store: &Store, commit: &CommitRecord) -> Result<Self> {
        let mut left = Self::default();
        for other in store.commits()?.iter().filter(|other| other.state == CommitState::Reverted) {
            let undoes = |journal: &Journal| journal.header.undoes.as_ref() == Some(&commit.id);
            left.read(store, other, true, undoes)?;
        }
        Ok(left)
    }

    fn read(
        &mut self,
        store: &Store,
        commit: &CommitRecord,
        own: bool,
        wanted: impl FnOnce(&Journal) -> bool,
    ) -> Result<()> {
        let journal = journal::read(&super::commit_dir(store, &commit.id))?;
        let left = journal.filter(wanted).and_then(|journal| journal.left.or(journal.reverted));
        for left in left.unwrap_or_default() {
            let trace = Trace { after: left.stat, before: left.before, own };
            self.traces.entry(left.stat.identity).or_default().push(trace);
        }
        Ok(())
    }

    /// Returns how an object of the host would stand had no commit touched it.
    pub fn origin(&self, stat: &Stat) -> Origin {
        let mut stat = *stat;
        let traces = self.traces.get(&stat.identity).map(Vec::as_slice).unwrap_or_default();
        for _ in 0..=traces.len() {
            match self.step_back(&stat) {
                Some(Trace { before: Some(before), .. }) => stat = before,
                Some(Trace { before: None, own: true, .. }) => return Origin::Ours,
                Some(_) | None => break,
            }
        }
        Origin::Host(stat)
    }

    /// Tells whether nobody but us touched an object since it stood like `earlier`.
    pub fn leads_from(&self, earlier: &Stat, stat: &Stat) -> bool {
        let mut stat = *stat;
        for _ in 0..=self.traces.get(&stat.identity).map_or(0, Vec::len) {
            if stat.is_unchanged_since(earlier) {
                return true;
            }
            match self.step_back(&stat).and_then(|trace| trace.before) {
                Some(before) => stat = before,
                None => return false,
            }
        }
        stat.is_unchanged_since(earlier)
    }

    fn step_back(&self, stat: &Stat) -> Option<Trace> {
        let traces = self.traces.get(&stat.identity)?;
        let leads_on = |trace: &&Trace| {
            stat.is_unchanged_since(&trace.after)
                && trace.before.is_none_or(|before| !before.is_unchanged_since(&trace.after))
        };
        traces.iter().find(leads_on).copied()
    }
}
