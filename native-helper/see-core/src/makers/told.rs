//! Who made which change, as it is told: the notes of a session, followed as they grow.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::num::NonZeroU32;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

use crate::change::Maker;
use crate::changes::found::ChangeSet;
use crate::path::{HostPath, wire_text};
use crate::store::Store;

use super::coding::{self, Note};

/// The most bytes that are held.
const MOST_BYTES: usize = 512 << 20;
/// What a path takes beside itself.
const PATH_BYTES: usize = 64;

/// The last hand in each path.
#[derive(Debug)]
pub struct Makers {
    file: PathBuf,
    /// Up to where it was read.
    at: u64,
    programs: Vec<Maker>,
    by_path: BTreeMap<HostPath, u32>,
    /// Bytes of them: on the disk only what differs between paths takes room.
    held: usize,
    /// The most of them.
    most: usize,
    /// Whether notes are missing: then nobody is named.
    is_partial: bool,
}

/// Somebody who made changes, by a number in the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand(NonZeroU32);

/// What is new.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Of these paths.
    Paths(Vec<HostPath>),
    /// Of more than can be listed.
    All,
}

impl Makers {
    /// Returns what is noted of a session, nothing of it read yet.
    pub fn of(store: &Store, session: &str) -> Self {
        Self::at(super::log::path(store, session))
    }

    fn at(file: PathBuf) -> Self {
        Self {
            file,
            at: 0,
            programs: Vec::new(),
            by_path: BTreeMap::new(),
            held: 0,
            most: MOST_BYTES,
            is_partial: false,
        }
    }

    /// Reads what is new. A file that is not there or cannot be read tells nothing.
    pub fn refresh(&mut self) -> News {
        let mut bytes = Vec::new();
        let read = File::open(&self.file).and_then(|mut file| {
            if file.metadata()?.len() <= self.at {
                return Ok(0);
            }
            file.seek(SeekFrom::Start(self.at))?;
            file.read_to_end(&mut bytes)
        });
        if read.is_err() || bytes.is_empty() || self.is_partial {
            return News::Paths(Vec::new());
        }
        let mut news = News::Paths(Vec::new());
        match coding::read(&bytes, |note| self.take(note, &mut news)) {
            Some(done) => self.at += done as u64,
            None => self.is_partial = true,
        }
        if self.is_partial {
            (self.by_path, self.held) = (BTreeMap::new(), 0);
            return News::All;
        }
        news
    }

    fn take(&mut self, note: Note<'_>, news: &mut News) {
        match note {
            _ if self.is_partial => {}
            Note::Program(id, file) => {
                self.programs.push(Maker { name: Arc::from(wire_text(file).0), id });
            }
            Note::Hand(by, path) => {
                if let Some(path) = HostPath::new(path) {
                    news.add(&path);
                    self.put(path, by);
                }
            }
            Note::Move(by, from, to) | Note::Exchange(by, from, to) => {
                if let (Some(from), Some(to)) = (HostPath::new(from), HostPath::new(to)) {
                    let moved = self.take_below(&from);
                    let replaced = self.take_below(&to);
                    let is_exchange = matches!(note, Note::Exchange(..));
                    if !moved.is_empty() || is_exchange && !replaced.is_empty() {
                        *news = News::All;
                    }
                    self.put_below(&to, moved);
                    if is_exchange {
                        self.put_below(&from, replaced);
                    }
                    for path in [from, to] {
                        news.add(&path);
                        self.put(path, by);
                    }
                }
            }
            Note::Full => self.is_partial = true,
        }
    }

    /// Says whose hand a path was in last. Beyond the limit notes are missing, as if they had not been written.
    fn put(&mut self, path: HostPath, by: u32) {
        let size = held_bytes(&path);
        if self.by_path.insert(path, by).is_none() {
            self.held += size;
            self.is_partial |= self.held > self.most;
        }
    }

    /// Takes out what lies below a path, and returns it by the rest of its paths.
    fn take_below(&mut self, path: &HostPath) -> Vec<(Vec<u8>, u32)> {
        let range = (Bound::Excluded(path.clone()), Bound::Unbounded);
        let below: Vec<HostPath> = self
            .by_path
            .range(range)
            .map(|(path, _)| path)
            .take_while(|one| one.is_within(path))
            .cloned()
            .collect();
        let take = |one: HostPath| {
            let by = self.by_path.remove(&one)?;
            self.held -= held_bytes(&one);
            Some((one.below(path)?.to_vec(), by))
        };
        below.into_iter().filter_map(take).collect()
    }

    fn put_below(&mut self, path: &HostPath, below: Vec<(Vec<u8>, u32)>) {
        for (rest, by) in below {
            if let Some(path) = HostPath::new(&[path.as_bytes(), b"/", &rest].concat()) {
                self.put(path, by);
            }
        }
    }

    /// Returns who had the last hand in a path; `None` when nobody knows.
    pub fn maker(&self, path: &HostPath) -> Option<Maker> {
        self.name(Hand::new(*self.by_path.get(path)?)?)
    }

    /// The same, to be told later. The path is kept as it is given: whoever asks keeps it too.
    pub fn hand(&mut self, path: &HostPath) -> Option<Hand> {
        let (known, by) = self.by_path.get_key_value(path).map(|(known, by)| (known, *by))?;
        if !known.is_shared_with(path) {
            self.by_path.remove(path);
            self.by_path.insert(path.clone(), by);
        }
        Hand::new(by).filter(|hand| self.name(*hand).is_some())
    }

    /// Returns whose hand it is.
    pub fn name(&self, hand: Hand) -> Option<Maker> {
        self.programs
            .get(usize::try_from(hand.0.get() - 1).ok()?)
            .filter(|maker| !maker.name.is_empty())
            .cloned()
    }

    /// Names who made each of these changes.
    pub fn tell(&self, changes: &mut ChangeSet) {
        for found in &mut changes.found {
            found.change.program = self.maker(&found.change.path);
        }
    }
}

fn held_bytes(path: &HostPath) -> usize {
    PATH_BYTES + path.as_bytes().len()
}

impl Hand {
    fn new(place: u32) -> Option<Self> {
        NonZeroU32::new(place.checked_add(1)?).map(Self)
    }
}

impl News {
    /// More are not listed one by one.
    const MOST: usize = 100_000;

    fn add(&mut self, path: &HostPath) {
        match self {
            Self::Paths(paths) if paths.len() < Self::MOST => paths.push(path.clone()),
            _ => *self = Self::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::makers::MakerLog;
    use crate::roll::Run;

    use super::*;

    fn run(id: u32) -> Run {
        Run { id: Some(id), file: format!("/bin/{id}").into_bytes(), words: Vec::new() }
    }

    fn who(makers: &Makers, path: &str) -> Option<u32> {
        makers.maker(&HostPath::new(path.as_bytes()).unwrap()).and_then(|maker| maker.id)
    }

    #[test]
    fn the_last_hand_counts_and_moves_with_what_it_made() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("makers");
        let mut makers = Makers::at(file.clone());
        assert_eq!(makers.refresh(), News::Paths(Vec::new()));
        let log = MakerLog::open(&file).unwrap();
        for (id, path) in [(1, "/a/x"), (2, "/a/y"), (1, "/b"), (3, "/a/x"), (4, "/a.x")] {
            log.hand(&run(id), path.as_bytes());
        }
        log.finish();
        assert!(matches!(makers.refresh(), News::Paths(paths) if paths.len() == 5));
        assert_eq!(
            [who(&makers, "/a/x"), who(&makers, "/a/y"), who(&makers, "/none")],
            [Some(3), Some(2), None]
        );
        // Going on reads only what is new, with the old numbers of programs.
        let log = MakerLog::open(&file).unwrap();
        log.hand(&run(9), b"/c/x");
        log.moved(&run(5), b"/a", b"/c", false, true);
        log.hand(&run(3), b"/c/x");
        log.finish();
        assert_eq!(makers.refresh(), News::All);
        let told = ["/c", "/c/x", "/c/y", "/a", "/a/y", "/a.x"].map(|path| who(&makers, path));
        assert_eq!(told, [Some(5), Some(3), Some(2), Some(5), None, Some(4)]);
        let log = MakerLog::open(&file).unwrap();
        log.moved(&run(6), b"/b", b"/c", true, true);
        log.finish();
        makers.refresh();
        let told = ["/b/x", "/b/y", "/b", "/c", "/c/x"].map(|path| who(&makers, path));
        assert_eq!(told, [Some(3), Some(2), Some(6), Some(6), None]);
        assert_eq!(makers.maker(&HostPath::new(b"/b/y").unwrap()).unwrap().name.as_ref(), "/bin/2");
    }

    #[test]
    fn more_paths_than_are_held_name_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("makers");
        let log = MakerLog::open(&file).unwrap();
        let deep = "/x".repeat(2000);
        (0..100).for_each(|i| log.hand(&run(1), format!("{deep}/{i}").as_bytes()));
        log.moved(&run(2), b"/x", b"/y", false, true);
        log.finish();
        let read = |most| {
            let mut makers = Makers { most, ..Makers::at(file.clone()) };
            makers.refresh();
            assert_eq!(makers.held, makers.by_path.keys().map(held_bytes).sum::<usize>());
            (who(&makers, "/y"), makers.held)
        };
        assert!(std::fs::metadata(&file).unwrap().len() < 10_000);
        assert!(matches!(read(MOST_BYTES), (Some(2), 400_000..)));
        assert_eq!(read(100_000), (None, 0));
    }

    #[test]
    fn whoever_lost_notes_names_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("makers");
        let log = MakerLog::open(&file).unwrap();
        log.hand(&run(1), b"/a");
        log.finish();
        let mut bytes = std::fs::read(&file).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let mut makers = Makers::at(file);
        assert_eq!(makers.refresh(), News::All);
        assert_eq!(who(&makers, "/a"), None);
    }
}
