//! A session's record on disk: lines of JSON that are only ever added to, a moment behind. Each kind of event has its room;
//! beyond that events are counted only.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::{ErrorCode, Result, SeeError};
use crate::flusher::{Flusher, Source};
use crate::store::Store;

use super::event::{Event, Kind};

/// The most bytes that the events of a kind have.
const fn most(kind: Kind) -> u64 {
    match kind {
        Kind::Network => 3 << 20,
        Kind::Programs => 8 << 20,
        Kind::Refused => 1 << 20,
        Kind::Tried => 1 << 19,
    }
}

/// What the end of a program takes at most.
const ROOM_OF_AN_END: u64 = 128;
/// No record is longer: all kinds, and how many were dropped of each whenever that number has doubled.
const MOST: u64 = 14 << 20;

/// Returns where a session's record is kept.
pub fn path(store: &Store, session: &str) -> PathBuf {
    store.session_dir(session).join("record")
}

/// A record that is being written, by any number of threads.
#[derive(Debug)]
pub struct Log {
    state: Flusher<State>,
    hasher: RandomState,
}

#[derive(Debug)]
struct State {
    /// Lines on their way.
    waiting: Vec<u8>,
    /// How many events those are, and how many were taken last.
    events: HashMap<Kind, u64>,
    taken: HashMap<Kind, u64>,
    /// What there is once only, by its hash.
    seen: HashSet<u64>,
    tally: HashMap<Kind, Tally>,
    next_program: u32,
    /// Whether the disk refused to take events: half a line may be there.
    has_failed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    bytes: u64,
    dropped: u64,
    /// How many dropped ones the record tells of.
    told: u64,
}

impl Log {
    /// Opens a record, to go on with it or to begin it.
    pub fn open(path: &Path) -> Result<Self> {
        let mut tally: HashMap<Kind, Tally> = HashMap::new();
        let mut next_program = 0;
        for event in read(path, 0)?.events {
            let of = tally.entry(kind_of(&event)).or_default();
            match &event {
                Event::Dropped { count, .. } => (of.dropped, of.told) = (*count, *count),
                _ => of.bytes += size_of(&event, line(&event).len()),
            }
            if let Event::Program(started) = &event {
                next_program = next_program.max(started.id.saturating_add(1));
            }
        }
        let open = || {
            let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
            if file.metadata()?.len() > 0 {
                // A line that was cut off with the machine stays by itself.
                (&file).write_all(b"\n")?;
            }
            Ok::<_, std::io::Error>(file)
        };
        let file = open().map_err(|e| cannot(path, &e))?;
        let state = State {
            waiting: Vec::new(),
            events: HashMap::new(),
            taken: HashMap::new(),
            seen: HashSet::new(),
            tally,
            next_program,
            has_failed: false,
        };
        let state = Flusher::start("record", state, file).map_err(|e| cannot(path, &e))?;
        Ok(Self { state, hasher: RandomState::new() })
    }

    /// Adds an event unless one with this key is there. Never fails: what cannot be written is missing, and that is said.
    pub fn add_once(&self, key: impl Hash, event: impl FnOnce() -> Event) {
        let key = self.hasher.hash_one(key);
        self.state.with(|state| {
            // Of a kind that is full, equal ones are counted as often as they come.
            if !state.seen.contains(&key) && state.add(&event()) {
                state.seen.insert(key);
            }
        });
    }

    /// Adds an event.
    pub fn add(&self, event: &Event) {
        self.state.with(|state| state.add(event));
    }

    /// Adds the start of a program, made from the number that it gets. Returns it; `None` when it is not kept.
    pub fn add_program(&self, event: impl FnOnce(u32) -> Event) -> Option<u32> {
        self.state.with(|state| {
            let id = state.next_program;
            let is_kept = state.add(&event(id));
            state.next_program = id.saturating_add(u32::from(is_kept));
            is_kept.then_some(id)
        })
    }

    /// Brings what waits to the file.
    pub fn flush(&self) {
        self.state.flush();
    }

    /// Says exactly how many events are not kept, and brings that to the file.
    pub fn finish(&self) {
        self.state.with(State::tell_all_dropped);
        self.state.flush();
    }
}

impl State {
    /// Adds an event, unless its kind is full. Returns whether it is there.
    fn add(&mut self, event: &Event) -> bool {
        let kind = kind_of(event);
        let line = line(event);
        let size = size_of(event, line.len());
        let tally = self.tally.entry(kind).or_default();
        if tally.bytes + size <= most(kind) {
            tally.bytes += size;
            *self.events.entry(kind).or_default() += 1;
            self.write(&line);
            return true;
        }
        tally.dropped += 1;
        if tally.dropped >= 2 * tally.told {
            self.tell_dropped(kind);
        }
        false
    }

    fn tell_dropped(&mut self, kind: Kind) {
        let Tally { dropped, told, .. } = self.tally.get(&kind).copied().unwrap_or_default();
        if dropped > told {
            self.write(&line(&Event::Dropped { kind, count: dropped }));
            self.tally.entry(kind).or_default().told = dropped;
        }
    }

    fn tell_all_dropped(&mut self) {
        for kind in [Kind::Network, Kind::Programs, Kind::Refused, Kind::Tried] {
            self.tell_dropped(kind);
        }
    }

    fn write(&mut self, line: &[u8]) {
        self.waiting.extend_from_slice(line);
    }
}

impl Source for State {
    fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn take(&mut self) -> Vec<u8> {
        self.taken = std::mem::take(&mut self.events);
        let mut bytes = std::mem::take(&mut self.waiting);
        // Events may have come while the disk was refusing those before them: only now is it known what this follows.
        if !bytes.is_empty() && std::mem::take(&mut self.has_failed) {
            bytes.insert(0, b'\n');
        }
        bytes
    }

    fn lost(&mut self) {
        self.has_failed = true;
        // What is there once only may come again; numbers of dropped ones are told anew.
        self.seen.clear();
        for (kind, count) in std::mem::take(&mut self.taken) {
            self.tally.entry(kind).or_default().dropped += count;
        }
        self.tally.values_mut().for_each(|tally| tally.told = 0);
    }
}

fn kind_of(event: &Event) -> Kind {
    match event {
        Event::Network(_) => Kind::Network,
        Event::Program(_) | Event::Ended(_) => Kind::Programs,
        Event::Refused(refused) if refused.what.is_ordinary() => Kind::Tried,
        Event::Refused(_) | Event::Near {} => Kind::Refused,
        Event::Dropped { kind, .. } => *kind,
    }
}

fn line(event: &Event) -> Vec<u8> {
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Returns what an event counts for: its line, and of a start also the line of its end, which then counts no more.
fn size_of(event: &Event, line: usize) -> u64 {
    let room = match event {
        Event::Program(_) => ROOM_OF_AN_END,
        Event::Ended(_) => return 0,
        _ => 0,
    };
    line as u64 + room
}

/// What a record holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The events, oldest first.
    pub events: Vec<Event>,
    /// Whether some line makes no sense: it was cut off with the machine.
    pub is_cut: bool,
    /// Where to go on reading.
    pub next: u64,
}

/// Reads a record from `since` on, a place where reading ended before, or 0. One that was never begun is empty.
pub fn read(path: &Path, since: u64) -> Result<Record> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(since))?;
        file.take(2 * MOST).read_to_end(&mut text)
    });
    match read {
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(e) => return Err(cannot(path, &e)),
    }
    // What is behind the last line's end is still being written.
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut record = Record { next: since + whole as u64, ..Record::default() };
    let lines = text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
    for line in lines.filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(event) => record.events.push(event),
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
#[path = "log_tests.rs"]
mod tests;
