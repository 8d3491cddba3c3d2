//! Who made which change, as it is told: the notes of a session, followed as they grow.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use crate::change::Maker;
use crate::changes::found::ChangeSet;
use crate::path::{HostPath, wire_text};
use crate::store::Store;

use super::coding::{self, Note};
use super::tree::Tree;

/// The most bytes that are held.
const MOST_BYTES: usize = 512 << 20;

/// The last hand in each path.
#[derive(Debug)]
pub struct Makers {
    file: PathBuf,
    /// Up to where it was read.
    at: u64,
    programs: Vec<Maker>,
    hands: Tree,
    /// The most bytes of those: on the disk only what differs between paths takes room.
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
            hands: Tree::default(),
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
            self.hands = Tree::default();
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
                    self.put(&path, by);
                }
            }
            Note::Move(by, from, to) | Note::Exchange(by, from, to) => {
                if let (Some(from), Some(to)) = (HostPath::new(from), HostPath::new(to)) {
                    // Nothing moves to below itself: such notes are of two times, and tell of nothing below.
                    let is_apart = !from.is_within(&to) && !to.is_within(&from);
                    let has_moved = is_apart
                        && match note {
                            Note::Exchange(..) => self.hands.exchange_below(from.as_bytes(), to.as_bytes()),
                            _ => self.hands.move_below(from.as_bytes(), to.as_bytes()),
                        };
                    if has_moved {
                        *news = News::All;
                    }
                    for path in [from, to] {
                        news.add(&path);
                        self.put(&path, by);
                    }
                }
            }
            Note::Full => self.is_partial = true,
        }
    }

    /// Says whose hand a path was in last. Beyond the limit notes are missing, as if they had not been written.
    fn put(&mut self, path: &HostPath, by: u32) {
        self.hands.put(path.as_bytes(), by);
        self.is_partial |= self.hands.held() > self.most;
    }

    /// Returns who had the last hand in a path; `None` when nobody knows.
    pub fn maker(&mut self, path: &HostPath) -> Option<Maker> {
        let hand = self.hand(path)?;
        self.name(hand)
    }

    /// The same, to be told later.
    pub fn hand(&mut self, path: &HostPath) -> Option<Hand> {
        Hand::new(self.hands.get(path.as_bytes())?).filter(|hand| self.name(*hand).is_some())
    }

    /// Returns whose hand it is.
    pub fn name(&self, hand: Hand) -> Option<Maker> {
        self.programs
            .get(usize::try_from(hand.0.get() - 1).ok()?)
            .filter(|maker| !maker.name.is_empty())
            .cloned()
    }

    /// Names who made each of these changes.
    pub fn tell(&mut self, changes: &mut ChangeSet) {
        for found in &mut changes.found {
            found.change.program = self.maker(&found.change.path);
        }
    }
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
    use std::time::{Duration, Instant};

    use crate::makers::MakerLog;
    use crate::roll::Run;

    use super::*;

    fn run(id: u32) -> Run {
        Run { id: Some(id), file: format!("/bin/{id}").into_bytes(), words: Vec::new() }
    }

    fn who(makers: &mut Makers, path: &str) -> Option<u32> {
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
            [who(&mut makers, "/a/x"), who(&mut makers, "/a/y"), who(&mut makers, "/none")],
            [Some(3), Some(2), None]
        );
        // Going on reads only what is new, with the old numbers of programs.
        let log = MakerLog::open(&file).unwrap();
        log.hand(&run(9), b"/c/x");
        log.moved(&run(5), b"/a", b"/c", false, true);
        log.hand(&run(3), b"/c/x");
        log.finish();
        assert_eq!(makers.refresh(), News::All);
        let told = ["/c", "/c/x", "/c/y", "/a", "/a/y", "/a.x"].map(|path| who(&mut makers, path));
        assert_eq!(told, [Some(5), Some(3), Some(2), Some(5), None, Some(4)]);
        let log = MakerLog::open(&file).unwrap();
        log.moved(&run(6), b"/b", b"/c", true, true);
        log.finish();
        makers.refresh();
        let told = ["/b/x", "/b/y", "/b", "/c", "/c/x"].map(|path| who(&mut makers, path));
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
            (who(&mut makers, "/y"), makers.hands.held())
        };
        assert!(std::fs::metadata(&file).unwrap().len() < 10_000);
        assert!(matches!(read(MOST_BYTES), (Some(2), 400_000..)));
        assert_eq!(read(100_000), (None, 0));
    }

    /// A note of a move takes some bytes, whatever moves.
    #[test]
    fn a_large_directory_moves_as_fast_as_a_small_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("makers");
        let log = MakerLog::open(&file).unwrap();
        (0..20_000).for_each(|i| log.hand(&run(1), format!("/a/{i}").as_bytes()));
        for _ in 0..10_000 {
            log.moved(&run(2), b"/a", b"/b", false, true);
            log.moved(&run(3), b"/b", b"/a", false, true);
        }
        log.finish();
        let start = Instant::now();
        let mut makers = Makers::at(file);
        makers.refresh();
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert_eq!([who(&mut makers, "/a/7"), who(&mut makers, "/a")], [Some(1), Some(3)]);
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
        assert_eq!(who(&mut makers, "/a"), None);
    }
}
