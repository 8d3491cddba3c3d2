//! A session's record on disk: lines of JSON that are only ever added to. Equal events are kept once, and beyond a limit
//! none; then the record says that it is not complete.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::Hash;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{ErrorCode, Result, SeeError};
use crate::store::Store;

use super::event::Event;

/// The most bytes that a record has.
const MOST: u64 = 4 << 20;
/// Stands at the end of a record that is full.
const FULL: &str = "{\"event\":\"full\"}\n";

/// Returns where a session's record is kept.
pub fn path(store: &Store, session: &str) -> PathBuf {
    store.session_dir(session).join("record")
}

/// A record that is being written, by any number of threads.
#[derive(Debug)]
pub struct Log<Key> {
    state: Mutex<State<Key>>,
}

#[derive(Debug)]
struct State<Key> {
    file: File,
    size: u64,
    seen: HashSet<Key>,
    /// Whether events were lost: the record was full, or the disk.
    is_full: bool,
}

impl<Key: Eq + Hash> Log<Key> {
    /// Opens a record, to go on with it or to begin it.
    pub fn open(path: &Path) -> Result<Self> {
        let open = || {
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
            let size = file.metadata()?.len();
            Ok::<_, std::io::Error>((file, size))
        };
        let (file, size) = open().map_err(|e| cannot(path, &e))?;
        let is_full = size >= MOST;
        Ok(Self { state: Mutex::new(State { file, size, seen: HashSet::new(), is_full }) })
    }

    /// Adds an event unless one with this key is there. Never fails: what cannot be written is missing, and that is said.
    pub fn add(&self, key: Key, event: impl FnOnce() -> Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_full || !state.seen.insert(key) {
            return;
        }
        let mut line = serde_json::to_vec(&event()).unwrap_or_default();
        line.push(b'\n');
        let fits = state.size + line.len() as u64 <= MOST;
        let text = if fits { line.as_slice() } else { FULL.as_bytes() };
        state.is_full = state.file.write_all(text).is_err() || !fits;
        state.size += text.len() as u64;
    }
}

/// What a record holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The events, oldest first.
    pub events: Vec<Event>,
    /// Whether there were more than the record could take.
    pub is_cut: bool,
}

/// Reads a record. One that was never begun is empty.
pub fn read(path: &Path) -> Result<Record> {
    let mut text = Vec::new();
    match File::open(path) {
        Ok(file) => {
            file.take(2 * MOST).read_to_end(&mut text).map_err(|e| cannot(path, &e))?;
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(e) => return Err(cannot(path, &e)),
    }
    let mut record = Record::default();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(event) => record.events.push(event),
            // Full, or cut off with the machine.
            Err(_) => record.is_cut = true,
        }
    }
    Ok(record)
}

fn cannot(path: &Path, error: &std::io::Error) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Io,
        format!("The record {} cannot be used: {error}.", path.display()),
        "Look at the file and the system's log, then try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::event::{Action, NetworkTry, Protocol, Verdict};
    use super::*;

    fn event(port: u16) -> Event {
        Event::Network(NetworkTry {
            time: "2026-01-31T12:00:00Z".to_owned(),
            action: Action::Connect,
            protocol: Protocol::Tcp,
            address: "1.2.3.4".parse().unwrap(),
            port,
            verdict: Verdict::Refused,
            instead: None,
            program: "x".repeat(1000),
        })
    }

    #[test]
    fn equal_events_are_kept_once_and_too_many_are_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        assert_eq!(read(&path).unwrap(), Record::default());
        let log = Log::open(&path).unwrap();
        for port in [1, 2, 1] {
            log.add(port, || event(port));
        }
        assert_eq!(read(&path).unwrap(), Record { events: vec![event(1), event(2)], is_cut: false });
        drop(log);
        let log = Log::open(&path).unwrap();
        for port in 3..u16::MAX {
            log.add(port, || event(port));
        }
        let record = read(&path).unwrap();
        assert!(record.is_cut && record.events.len() > 3000);
        assert!(std::fs::metadata(&path).unwrap().len() <= MOST + FULL.len() as u64);
        Log::open(&path).unwrap().add(1, || event(1));
        assert_eq!(read(&path).unwrap().events.len(), record.events.len());
    }
}
