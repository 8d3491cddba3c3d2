//! What commits left on the host: a check must not take our own work for somebody else's.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::path::HostPath;
use crate::session::Session;
use crate::store::Store;
use crate::timestamp::Timestamp;

use super::journal::{self, Journal};
use super::places::{Role, Spot};
use super::record::{CommitRecord, CommitState};
use super::stat::{Identity, Stat};
use super::step::Step;

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
    /// Names from which the session's own commits took an object away, and to which they brought none.
    cleared: HashSet<HostPath>,
    /// Names to which they brought an object, and when that commit began.
    placed: HashMap<HostPath, Timestamp>,
}

impl LeftByUs {
    /// Reads what every commit, undo and failed attempt left since this session was made.
    pub fn since(store: &Store, session: &Session) -> Result<Self> {
        let mut left = Self::default();
        let mut commits = store.commits()?;
        commits.retain(|commit| commit.time >= session.created);
        commits.sort_by_key(|commit| commit.time);
        for commit in &commits {
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
        if let Some(journal) = journal.as_ref().filter(|_| own && commit.state == CommitState::Done) {
            self.note_names(journal, commit.time);
        }
        let left = journal.filter(wanted).and_then(|journal| journal.left.or(journal.reverted));
        for left in left.unwrap_or_default() {
            let trace = Trace { after: left.stat, before: left.before, own };
            self.traces.entry(left.stat.identity).or_default().push(trace);
        }
        Ok(())
    }

    /// Tells whether a commit of the session's own, or an attempt at one, left something.
    pub fn has_own(&self) -> bool {
        !self.placed.is_empty()
            || !self.cleared.is_empty()
            || self.traces.values().flatten().any(|trace| trace.own)
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

    /// Returns whose the object at a path is: also one that was the host's before belongs to the session where only a
    /// commit of its own brought it.
    pub fn origin_at(&self, path: &HostPath, stat: &Stat) -> Origin {
        if self.placed.is_empty() {
            return self.origin(stat);
        }
        let traces = self.traces.get(&stat.identity).map(Vec::as_slice).unwrap_or_default();
        let is_left = || traces.iter().any(|trace| trace.own && stat.is_unchanged_since(&trace.after));
        let came_along = || {
            let mut above = std::iter::successors(path.parent(), HostPath::parent);
            above.any(|way| self.placed.get(&way).is_some_and(|time| stat.last_changed() < *time))
        };
        let is_ours = (self.placed.contains_key(path) && is_left()) || came_along();
        if is_ours { Origin::Ours } else { self.origin(stat) }
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

    fn note_names(&mut self, journal: &Journal, time: Timestamp) {
        for step in journal.steps.iter().flatten() {
            let (from, to) = match step {
                Step::Move { from, to, .. } => (Some(from), Some(to)),
                Step::Unlink { at, .. } => (Some(at), None),
                Step::Link { at, .. } | Step::Replace { at, .. } => (None, Some(at)),
                _ => (None, None),
            };
            self.cleared.extend(from.and_then(|spot| host_path(journal, spot)));
            if let Some(path) = to.and_then(|spot| host_path(journal, spot)) {
                self.cleared.remove(&path);
                self.placed.insert(path, time);
            }
        }
    }

    /// Tells whether the session's own commits brought an object to exactly this name.
    pub fn has_placed(&self, path: &HostPath) -> bool {
        self.placed.contains_key(path)
    }

    /// Tells whether the session's own commits took away what was here, or a directory above it.
    pub fn has_cleared(&self, path: &HostPath) -> bool {
        let mut ways = std::iter::successors(Some(path.clone()), HostPath::parent);
        !self.cleared.is_empty() && ways.any(|way| self.cleared.contains(&way))
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

/// Returns the path that a spot has on the host; `None` when it is in a layer or a backup.
fn host_path(journal: &Journal, spot: &Spot) -> Option<HostPath> {
    let base = journal.header.bases.get(usize::from(spot.base)).filter(|base| base.role == Role::Host)?;
    HostPath::new(&[&base.path.0, &b"/"[..], &spot.path.0].concat())
}
