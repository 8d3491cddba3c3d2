//! Notes on their way to the disk: one file for each session, only ever added to, a moment behind.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::{ErrorCode, Result, SeeError};
use crate::flusher::{Flusher, Source};
use crate::roll::Run;
use crate::store::Store;

use super::coding::{self, Note, Writer};

/// The most bytes of a file.
const MOST: u64 = 128 << 20;
/// Of so many paths is remembered who was the last; forgetting costs only room.
const MOST_KNOWN: usize = 2 << 20;
/// The most bytes of what programs are known by; a program that is forgotten gets another place.
const MOST_NAMES: usize = 16 << 20;
/// What a program takes beside its file's name.
const PROGRAM: usize = 64;

/// Returns where a session's notes are kept.
pub fn path(store: &Store, session: &str) -> PathBuf {
    store.session_dir(session).join("makers")
}

/// Takes notes from many threads.
#[derive(Debug)]
pub struct MakerLog {
    state: Flusher<State>,
    hasher: RandomState,
}

#[derive(Debug)]
struct State {
    writer: Writer,
    size: u64,
    is_full: bool,
    /// Places of programs, by number and file.
    programs: HashMap<(Option<u32>, Vec<u8>), u32>,
    /// Bytes of those.
    names: usize,
    next_program: u32,
    /// Who was last, by the hash of the path.
    last: HashMap<u64, u32>,
}

impl MakerLog {
    /// Opens a session's notes, to go on with them or to begin them.
    pub fn open(path: &Path) -> Result<Self> {
        let cannot = |e: std::io::Error| {
            SeeError::new(
                ErrorCode::Io,
                format!("Which program changes what cannot be kept in {}: {e}.", path.display()),
                "Make room or mend the disk, then run again.",
            )
        };
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(0o600).open(path).map_err(cannot)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(cannot)?;
        let (mut next_program, mut is_full) = (0, false);
        let good = coding::read(&bytes, |note| match note {
            Note::Program(..) => next_program += 1,
            Note::Full => is_full = true,
            _ => {}
        });
        // A block that was cut off with the machine goes. Behind damage nothing can be read: it is full.
        let good = good.map_or(bytes.len() as u64, |good| good as u64);
        file.set_len(good).map_err(cannot)?;
        let state = State {
            writer: Writer::default(),
            size: good,
            is_full,
            programs: HashMap::new(),
            names: 0,
            next_program,
            last: HashMap::new(),
        };
        let state = Flusher::start("makers", state, file).map_err(cannot)?;
        Ok(Self { state, hasher: RandomState::new() })
    }

    /// Notes that a program has a hand in a path.
    pub fn hand(&self, run: &Run, path: &[u8]) {
        let key = self.hasher.hash_one(path);
        self.state.with(|state| {
            if state.is_full {
                return;
            }
            let by = state.place(run);
            if state.last.get(&key) == Some(&by) {
                return;
            }
            state.remember(key, by);
            state.put(Note::Hand(by, path));
        });
    }

    /// Notes that a program moves a path, or lets two change places.
    pub fn moved(&self, run: &Run, from: &[u8], to: &[u8], is_exchange: bool, is_tree: bool) {
        let keys = [from, to].map(|path| self.hasher.hash_one(path));
        self.state.with(|state| {
            if state.is_full {
                return;
            }
            let by = state.place(run);
            if is_tree {
                // Everything below has other names now.
                state.last.clear();
            } else {
                keys.into_iter().for_each(|key| state.remember(key, by));
            }
            let note = if is_exchange { Note::Exchange(by, from, to) } else { Note::Move(by, from, to) };
            state.put(note);
        });
    }

    /// Brings what waits to the file.
    pub fn finish(&self) {
        self.state.flush();
    }
}

impl State {
    fn place(&mut self, run: &Run) -> u32 {
        let key = (run.id, run.file.clone());
        if let Some(place) = self.programs.get(&key) {
            return *place;
        }
        let place = self.next_program;
        self.next_program += 1;
        self.writer.put(Note::Program(run.id, &run.file));
        let size = run.file.len() + PROGRAM;
        if self.names + size > MOST_NAMES {
            self.programs.clear();
            self.names = 0;
        }
        self.names += size;
        self.programs.insert(key, place);
        place
    }

    fn remember(&mut self, key: u64, by: u32) {
        if self.last.len() >= MOST_KNOWN {
            self.last.clear();
        }
        self.last.insert(key, by);
    }

    fn put(&mut self, note: Note<'_>) {
        if self.size + self.writer.len() as u64 > MOST {
            self.is_full = true;
            self.writer.put(Note::Full);
            return;
        }
        self.writer.put(note);
    }
}

impl Source for State {
    fn waiting(&self) -> usize {
        self.writer.len()
    }

    fn take(&mut self) -> Vec<u8> {
        let block = self.writer.take_block();
        self.size += block.len() as u64;
        block
    }

    fn lost(&mut self) {
        // A torn block ends what can be read; who made what comes later is unknown.
        self.is_full = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_takes_no_program_either() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("makers");
        let log = MakerLog::open(&file).unwrap();
        let run =
            |id: u32| Run { id: None, file: format!("/{id}/{}", "x".repeat(4000)).into(), words: Vec::new() };
        log.hand(&run(0), b"/a");
        log.state.with(|state| state.size = MOST);
        (1..1000).for_each(|id| log.hand(&run(id), format!("/{id}").as_bytes()));
        (1000..2000).for_each(|id| log.moved(&run(id), b"/a", b"/b", false, false));
        assert_eq!(log.state.with(|state| state.programs.len()), 2);
        log.finish();
        assert!(std::fs::metadata(&file).unwrap().len() < 20_000);
        // Who goes on with it adds nothing.
        let before = std::fs::read(&file).unwrap();
        let log = MakerLog::open(&file).unwrap();
        log.hand(&run(1), b"/c");
        log.finish();
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }

    #[test]
    fn names_of_programs_without_end_take_no_more_room() {
        let dir = tempfile::tempdir().unwrap();
        let log = MakerLog::open(&dir.path().join("makers")).unwrap();
        for id in 0..5000 {
            let run = Run { id: None, file: format!("/{id}/{}", "x".repeat(4000)).into(), words: Vec::new() };
            log.hand(&run, b"/a");
        }
        let (held, names) = log.state.with(|state| {
            let held: usize = state.programs.keys().map(|(_, file)| file.len() + PROGRAM).sum();
            (held, state.names)
        });
        assert!(held == names && held <= MOST_NAMES, "{held}");
    }
}
