//! All entries of a session, found by path. In memory; the log keeps them.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::path::HostPath;

use super::access::Access;
use super::entry::{Entry, Looker, Moment, Seen};

/// More paths than this are not recorded: the set then says that it is not complete.
pub const LIMIT: usize = 4_000_000;
/// Nor are more bytes of names than this: the SEE's programs choose them.
const MOST_BYTES: usize = 256 << 20;
/// The number of every program for whose name there is no room.
const NAMELESS: u32 = u32::MAX;

/// What the SEE has seen of the host.
#[derive(Clone, Debug)]
pub struct ReadSet {
    entries: Vec<Entry>,
    index: HashMap<Arc<HostPath>, u32>,
    programs: Vec<Box<[u8]>>,
    program_index: HashMap<Box<[u8]>, u32>,
    /// Bytes of all paths and programs' names.
    bytes: usize,
    /// The most of them.
    most: usize,
    missing: Option<Missing>,
}

impl Default for ReadSet {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            index: HashMap::new(),
            programs: Vec::new(),
            program_index: HashMap::new(),
            bytes: 0,
            most: MOST_BYTES,
            missing: None,
        }
    }
}

/// Why a read set is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The supervisor was killed, or its log could not be written: the last second may lack.
    CutOff,
    /// There were too many paths, or too long ones.
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
        match self.put(Entry::new(Arc::new(path), access, seen, at, by)) {
            Some(id) => Noted::New(id),
            None => Noted::Full,
        }
    }

    /// Puts an entry in, in place of the one for its path; returns its index. Without room the set says that it is not
    /// complete.
    pub fn put(&mut self, entry: Entry) -> Option<u32> {
        if let Some(id) = self.index.get(&entry.path).copied() {
            self.entries.get_mut(id as usize).into_iter().for_each(|old| *old = entry.clone());
            return Some(id);
        }
        if self.entries.len() >= LIMIT || !self.takes(entry.path.as_bytes().len()) {
            self.missing.get_or_insert(Missing::TooMany);
            return None;
        }
        let id = u32::try_from(self.entries.len()).ok()?;
        self.index.insert(Arc::clone(&entry.path), id);
        self.entries.push(entry);
        Some(id)
    }

    /// Counts a name of so many bytes, if there is room for it. Once something had no room, nothing has: numbers of programs
    /// count on it.
    fn takes(&mut self, name: usize) -> bool {
        self.bytes = self.bytes.saturating_add(name);
        self.bytes <= self.most
    }

    /// Makes room for so many entries more, as far as there may be so many.
    pub fn reserve(&mut self, more: usize) {
        let more = more.min(LIMIT.saturating_sub(self.entries.len()));
        self.entries.reserve(more);
        self.index.reserve(more);
    }

    /// Returns the number of a program, new or known. Without room for its name it has none, and the set says that it is not
    /// complete.
    pub fn program_id(&mut self, name: &[u8]) -> u32 {
        if let Some(id) = self.program_index.get(name) {
            return *id;
        }
        if !self.takes(name.len()) {
            self.missing.get_or_insert(Missing::TooMany);
            return NAMELESS;
        }
        let id = u32::try_from(self.programs.len()).unwrap_or(NAMELESS);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY: Looker = Looker { thread: 1, program: 0 };

    fn long(i: u32) -> Vec<u8> {
        format!("/{i}/{}", "x".repeat(4000)).into_bytes()
    }

    fn note(set: &mut ReadSet, path: &[u8]) -> Noted {
        set.note(HostPath::new(path).unwrap(), Access::READ, Seen::Absent, Moment(5), BY)
    }

    #[test]
    fn long_paths_fill_it_and_that_is_told() {
        let mut set = ReadSet { most: 1 << 20, ..ReadSet::default() };
        let fit = (0..1000).take_while(|i| matches!(note(&mut set, &long(*i)), Noted::New(_))).count();
        assert!((250..=262).contains(&fit), "{fit}");
        assert_eq!(set.missing(), Some(Missing::TooMany));
        // What is there goes on; nothing else comes, nor as a program.
        assert_eq!(note(&mut set, &long(0)), Noted::Known);
        assert_eq!(note(&mut set, b"/a"), Noted::Full);
        assert_eq!((set.program_id(b"/bin/sh"), set.program(NAMELESS)), (NAMELESS, None));
        assert_eq!((set.entries().len(), set.programs()), (fit, 0));
    }

    #[test]
    fn names_of_programs_fill_it_and_that_is_told() {
        let mut set = ReadSet { most: 1 << 20, ..ReadSet::default() };
        assert_eq!((set.program_id(b"/bin/sh"), set.missing()), (0, None));
        for i in 0..1000 {
            set.program_id(&long(i));
        }
        assert!(set.programs() < 265, "{}", set.programs());
        assert_eq!(set.missing(), Some(Missing::TooMany));
        assert_eq!(set.program_id(b"/bin/sh"), 0);
    }

    #[test]
    fn room_is_made_for_no_more_than_there_may_be() {
        let mut set = ReadSet::default();
        set.reserve(usize::MAX);
        assert!(set.entries.capacity() < 2 * LIMIT);
    }
}
