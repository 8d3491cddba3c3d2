//! Takes observations from many threads, merges them, and brings them to the log within half a second.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::change::FileType;
use crate::error::{Result, SeeError};
use crate::merge::bases::Keeper;
use crate::path::HostPath;

use super::access::Access;
use super::entry::{Looker, Moment, Object, Seen};
use super::log::{LogWriter, cannot};

pub use super::log::Start;
use super::names::digest_as_of;
use super::set::{Missing, Noted, ReadSet};

const FLUSH: Duration = Duration::from_millis(500);
/// Flush before that when so many bytes wait.
const EARLY: usize = 8 << 20;

/// Records one session's read set. Cheap to share.
#[derive(Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    path: PathBuf,
    flusher: Mutex<Option<JoinHandle<Option<std::io::Error>>>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug)]
struct State {
    set: ReadSet,
    log: LogWriter,
    /// Directories that were listed; their names are digested off the hot path.
    listed: Vec<u32>,
    /// Files that are about to be changed; what they are is kept off the hot path.
    changing: Vec<u32>,
    is_ending: bool,
    /// Whether nobody will ask for the log.
    is_abandoned: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A thread that panicked left at worst an entry unlogged; going on loses less than stopping.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// Opens a session's log.
    pub fn open(path: &Path, start: Start) -> Result<Self> {
        let (log, set) = LogWriter::open(path, start)?;
        let file = log.file().map_err(|e| cannot(path, &e))?;
        let state = State {
            set,
            log,
            listed: Vec::new(),
            changing: Vec::new(),
            is_ending: false,
            is_abandoned: false,
        };
        let bases = Keeper::new(path.parent().unwrap_or(path));
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() });
        let theirs = Arc::clone(&shared);
        let flusher = std::thread::Builder::new()
            .name("reads-flush".into())
            .spawn(move || flush_until_end(&theirs, file, bases))
            .map_err(|e| cannot(path, &e))?;
        Ok(Self { shared, path: path.to_owned(), flusher: Mutex::new(Some(flusher)) })
    }

    /// Returns the number of a program.
    pub fn program(&self, name: &[u8]) -> u32 {
        let mut state = self.shared.lock();
        let before = state.set.programs();
        let id = state.set.program_id(name);
        if id == before {
            state.log.program(name);
        }
        id
    }

    /// Notes an observation of the host.
    pub fn note(&self, path: HostPath, access: Access, seen: Seen, at: Moment, by: Looker) {
        let mut state = self.shared.lock();
        let State { set, log, listed, changing, .. } = &mut *state;
        if log.is_full() {
            set.set_missing(Some(set.missing().unwrap_or(Missing::TooMany)));
            return;
        }
        let id = match set.note(path, access, seen, at, by) {
            Noted::New(id) | Noted::More(id) => id,
            Noted::Known | Noted::Full => return,
        };
        if let Some(entry) = set.entry(id) {
            log.entry(entry);
            if access.has(Access::LIST) && entry.listing().is_some() && entry.names.is_none() {
                listed.push(id);
            }
            if access.changes_content() {
                changing.push(id);
            }
        }
        // The host may change a file at any moment, and then its base is gone: that does not wait.
        if log.pending() > EARLY || !changing.is_empty() {
            self.shared.wake.notify_one();
        }
    }

    /// Says that something lacks from now on.
    pub fn lose(&self, why: Missing) {
        self.shared.lock().set.set_missing(Some(why));
    }

    /// Returns a copy of what is known now.
    pub fn snapshot(&self) -> ReadSet {
        self.shared.lock().set.clone()
    }

    /// Returns how many paths are known now.
    pub fn len(&self) -> usize {
        self.shared.lock().set.entries().len()
    }

    /// Tells whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends without a word in the log, which nobody will ask for. Later calls, of `finish` too, do nothing.
    pub fn abandon(&self) -> Result<()> {
        self.shared.lock().is_abandoned = true;
        self.finish()
    }

    /// Writes what waits, says in the log that the run ended well, and makes it durable. Later calls do nothing.
    pub fn finish(&self) -> Result<()> {
        let flusher = self.flusher.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(flusher) = flusher else { return Ok(()) };
        self.shared.lock().is_ending = true;
        self.shared.wake.notify_one();
        match flusher.join() {
            Ok(None) => Ok(()),
            Ok(Some(error)) => Err(cannot(&self.path, &error)),
            Err(_) => Err(SeeError::internal("The thread that writes the read set panicked.")),
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Whoever wants to know whether it worked calls `finish`; a log without an end says "cut off" by itself.
        let _ = self.finish();
    }
}

/// Returns the first error. After one the log stays as it is, without an end: it says so itself when it is loaded.
fn flush_until_end(shared: &Shared, mut file: File, mut bases: Keeper) -> Option<std::io::Error> {
    let mut failed = None;
    loop {
        let state = shared.lock();
        let waited = if state.is_ending || !state.changing.is_empty() {
            state
        } else {
            shared.wake.wait_timeout(state, FLUSH).unwrap_or_else(PoisonError::into_inner).0
        };
        let (is_ending, is_abandoned) = (waited.is_ending, waited.is_abandoned);
        drop(waited);
        if is_ending && is_abandoned {
            return failed;
        }
        digest_listed(shared);
        keep_changing(shared, &mut bases);
        let block = {
            let mut state = shared.lock();
            if is_ending {
                let missing = state.set.missing();
                state.log.end(missing);
            }
            state.log.take_block()
        };
        if failed.is_none() && !block.is_empty() {
            failed = file.write_all(&block).err();
            if failed.is_some() {
                shared.lock().set.set_missing(Some(Missing::CutOff));
            }
        }
        if is_ending {
            return failed.or_else(|| file.sync_data().err());
        }
    }
}

/// Keeps what files of the host are that the session is about to change: only the session's layer gets the new version,
/// so a moment later, when the program runs on, is early enough, and the keeper sees whether the host was faster.
fn keep_changing(shared: &Shared, bases: &mut Keeper) {
    let changing = std::mem::take(&mut shared.lock().changing);
    for id in changing {
        let about = shared.lock().set.entry(id).and_then(|entry| match entry.seen {
            Seen::Object(object) if object.kind == FileType::File => Some((Arc::clone(&entry.path), object)),
            _ => None,
        });
        if let Some((path, object)) = about {
            bases.keep(&path, &object);
        }
    }
}

fn digest_listed(shared: &Shared) {
    let listed = std::mem::take(&mut shared.lock().listed);
    for id in listed {
        let about = shared.lock().set.entry(id).and_then(|entry| match (entry.seen, entry.listing()) {
            (Seen::Object(object), Some(at)) => Some((Arc::clone(&entry.path), object, at)),
            _ => None,
        });
        let Some((path, object, at)): Option<(Arc<HostPath>, Object, Moment)> = about else { continue };
        let Some(names) = digest_as_of(&path, &object, at) else { continue };
        let mut state = shared.lock();
        let State { set, log, .. } = &mut *state;
        if let Some(entry) = set.entry_mut(id) {
            entry.names = Some(names);
            log.entry(entry);
        }
    }
}
