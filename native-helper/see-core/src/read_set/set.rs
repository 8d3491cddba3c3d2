//! All entries of a session, found by path. In memory; the log keeps them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::path::HostPath;

use super::access::Access;
use super::entry::{Entry, Looker, Moment, Seen};

/// More paths than this are not recorded: the set then says that it is not complete.
pub const LIMIT: usize = 4_000_000;

/// What the SEE has seen of the host.
#[derive(Clone, Debug, Default)]
pub struct ReadSet {
    entries: Vec<Entry>,
    index: HashMap<Arc<HostPath>, u32>,
    programs: Vec<Box<[u8]>>,
    program_index: HashMap<Box<[u8]>, u32>,
    missing: Option<Missing>,
}

/// Why a read set is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The supervisor was killed, or its log could not be written: the last second may lack.
    CutOff,
    /// There were too many paths.
    TooMany,
    /// The interposer stopped looking, because the kernel refused it something.
    Blind,
}

/// What became of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// A new entry, with this index.
    New(u32),
    /// The entry with this index says more now.
    More(u32),
    /// Nothing new.
    Known,
    /// There is no room.
    Full,
}

impl ReadSet {
    /// Notes an observation.
    pub fn note(&mut self, path: HostPath, access: Access, seen: Seen, at: Moment, by: Looker) -> Noted {
        if let Some(id) = self.index.get(&path).copied() {
            let more = self.entries.get_mut(id as usize).is_some_and(|entry| entry.merge(access, seen, at));
            return if more { Noted::More(id) } else { Noted::Known };
        }
        if self.entries.len() >= LIMIT {
            self.missing.get_or_insert(Missing::TooMany);
            return Noted::Full;
        }
        Noted::New(self.put(Entry::new(Arc::new(path), access, seen, at, by)))
    }

    /// Puts an entry in, in place of the one for its path; returns its index.
    pub fn put(&mut self, entry: Entry) -> u32 {
        let next = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let id = *self.index.entry(Arc::clone(&entry.path)).or_insert(next);
        match self.entries.get_mut(id as usize) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
        id
    }

    /// Makes room for so many entries more.
    pub fn reserve(&mut self, more: usize) {
        self.entries.reserve(more);
        self.index.reserve(more);
    }

    /// Returns the number of a program, new or known.
    pub fn program_id(&mut self, name: &[u8]) -> u32 {
        if let Some(id) = self.program_index.get(name) {
            return *id;
        }
        let id = u32::try_from(self.programs.len()).unwrap_or(u32::MAX);
        self.programs.push(Box::from(name));
        self.program_index.insert(Box::from(name), id);
        id
    }

    /// Returns a program's path, as bytes.
    pub fn program(&self, id: u32) -> Option<&[u8]> {
        self.programs.get(id as usize).map(AsRef::as_ref)
    }

    /// Returns how many programs there are.
    pub fn programs(&self) -> u32 {
        u32::try_from(self.programs.len()).unwrap_or(u32::MAX)
    }

    /// Returns what is known of a path.
    pub fn get(&self, path: &HostPath) -> Option<&Entry> {
        self.entry(*self.index.get(path)?)
    }

    /// Tells whether something at or below a path was looked at.
    pub fn has_within(&self, path: &HostPath) -> bool {
        self.index.contains_key(path) || self.entries.iter().any(|entry| entry.path.is_within(path))
    }

    /// Returns the entry with this index.
    pub fn entry(&self, id: u32) -> Option<&Entry> {
        self.entries.get(id as usize)
    }

    pub(super) fn entry_mut(&mut self, id: u32) -> Option<&mut Entry> {
        self.entries.get_mut(id as usize)
    }

    /// Returns all entries, in the order in which they were first seen.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Tells why something may lack; `None` when nothing does.
    pub fn missing(&self) -> Option<Missing> {
        self.missing
    }

    /// Says that something lacks.
    pub fn set_missing(&mut self, why: Option<Missing>) {
        self.missing = why;
    }

    /// Forgets what concerns these paths and what lies below them, and listings of the directories that hold them:
    /// they have just been committed, so the host differs from what was seen because *we* changed it.
    pub fn settle(&mut self, committed: &[HostPath]) {
        let parents: HashSet<HostPath> = committed.iter().filter_map(HostPath::parent).collect();
        let committed: HashSet<&HostPath> = committed.iter().collect();
        let is_committed = |path: &HostPath| {
            std::iter::successors(Some(path.clone()), HostPath::parent).any(|at| committed.contains(&at))
        };
        self.entries.retain(|entry| !is_committed(&entry.path));
        for entry in self.entries.iter_mut().filter(|entry| parents.contains(&*entry.path)) {
            (entry.listing, entry.names) = (None, None);
        }
        self.index.clear();
        for (id, entry) in (0_u32..).zip(&self.entries) {
            self.index.insert(Arc::clone(&entry.path), id);
        }
    }
}
