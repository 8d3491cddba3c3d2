//! A session's record on disk: lines of JSON that are only ever added to. Each kind of event has its room; beyond that
//! events are counted only.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::{ErrorCode, Result, SeeError};
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
    state: Mutex<State>,
    hasher: RandomState,
}

#[derive(Debug)]
struct State {
    file: File,
    /// What there is once only, by its hash.
    seen: HashSet<u64>,
    tally: HashMap<Kind, Tally>,
    next_program: u32,
    /// Whether the disk refused to take an event.
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
        let state = State { file, seen: HashSet::new(), tally, next_program, has_failed: false };
        Ok(Self { state: Mutex::new(state), hasher: RandomState::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event unless one with this key is there. Never fails: what cannot be written is missing, and that is said.
    pub fn add_once(&self, key: impl Hash, event: impl FnOnce() -> Event) {
        let key = self.hasher.hash_one(key);
        let mut state = self.lock();
        // Of a kind that is full, equal ones are counted as often as they come.
        if state.seen.contains(&key) {
            return;
        }
        if state.add(&event()) {
            state.seen.insert(key);
        }
    }

    /// Adds an event.
    pub fn add(&self, event: &Event) {
        self.lock().add(event);
    }

    /// Adds the start of a program, made from the number that it gets. Returns it; `None` when it is not kept.
    pub fn add_program(&self, event: impl FnOnce(u32) -> Event) -> Option<u32> {
        let mut state = self.lock();
        let id = state.next_program;
        let is_kept = state.add(&event(id));
        state.next_program = id.saturating_add(u32::from(is_kept));
        is_kept.then_some(id)
    }

    /// Says exactly how many events are not kept.
    pub fn finish(&self) {
        let mut state = self.lock();
        for kind in [Kind::Network, Kind::Programs, Kind::Refused, Kind::Tried] {
            state.tell_dropped(kind);
        }
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
            if self.write(line) {
                return true;
            }
        }
        let tally = self.tally.entry(kind).or_default();
        tally.dropped += 1;
        if tally.dropped >= 2 * tally.told {
            self.tell_dropped(kind);
        }
        false
    }

    fn tell_dropped(&mut self, kind: Kind) {
        let Tally { dropped, told, .. } = self.tally.get(&kind).copied().unwrap_or_default();
        if dropped > told && self.write(line(&Event::Dropped { kind, count: dropped })) {
            self.tally.entry(kind).or_default().told = dropped;
        }
    }

    fn write(&mut self, mut line: Vec<u8>) -> bool {
        if std::mem::take(&mut self.has_failed) {
            // Half a line may be there.
            line.insert(0, b'\n');
        }
        self.has_failed = self.file.write_all(&line).is_err();
        !self.has_failed
    }
}

fn kind_of(event: &Event) -> Kind {
    match event {
        Event::Network(_) => Kind::Network,
        Event::Program(_) | Event::Ended(_) => Kind::Programs,
        Event::Refused(refused) if refused.what.is_ordinary() => Kind::Tried,
        Event::Refused(_) | Event::Near { .. } => Kind::Refused,
        Event::Dropped { kind, .. } => *kind,
    }
}

fn line(event: &Event) -> Vec<u8> {
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Returns what an event counts for: its line, and of a start also the line of its end, which then counts no more. The
/// warning that a quota is nearly used up comes once for each quota, and no program can make it be dropped.
fn size_of(event: &Event, line: usize) -> u64 {
    let room = match event {
        Event::Program(_) => ROOM_OF_AN_END,
        Event::Ended(_) | Event::Near { .. } => return 0,
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
mod tests {
    use super::super::event::{Action, NetworkTry, Protocol, Verdict};
    use super::super::program::{End, Ended, Start};
    use super::super::refused::{Refused, What};
    use super::*;

    const NOW: &str = "2026-01-31T12:00:00Z";

    fn event(port: u16) -> Event {
        Event::Network(NetworkTry {
            time: NOW.to_owned(),
            action: Action::Connect,
            protocol: Protocol::Tcp,
            address: "1.2.3.4".parse().unwrap(),
            port,
            verdict: Verdict::Refused,
            instead: None,
            program: "x".repeat(1000),
            program_id: None,
        })
    }

    fn start(log: &Log, args: usize) -> Option<u32> {
        let start = Start { file: b"/bin/x".to_vec(), args: vec![b"x".to_vec(); args], ..Start::default() };
        log.add_program(|id| Event::Program(start.event(id, None, None, NOW.to_owned())))
    }

    fn dropped(record: &Record, of: Kind) -> u64 {
        let count = |event: &Event| match event {
            Event::Dropped { kind, count } if *kind == of => Some(*count),
            _ => None,
        };
        record.events.iter().rev().find_map(count).unwrap_or(0)
    }

    #[test]
    fn equal_events_are_kept_once_and_reading_goes_on_where_it_ended() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        assert_eq!(read(&path, 0).unwrap(), Record::default());
        let log = Log::open(&path).unwrap();
        for port in [1, 2, 1] {
            log.add_once(port, || event(port));
        }
        let record = read(&path, 0).unwrap();
        assert_eq!(record.events, vec![event(1), event(2)]);
        assert!(!record.is_cut);
        log.add(&event(3));
        assert_eq!(read(&path, record.next).unwrap().events, vec![event(3)]);
    }

    #[test]
    fn what_is_too_much_is_counted_and_other_kinds_keep_their_room() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        let log = Log::open(&path).unwrap();
        for port in 0..10_000 {
            log.add(&event(port));
        }
        assert_eq!(start(&log, 1), Some(0));
        log.add(&Event::Ended(Ended { id: 0, time: NOW.to_owned(), end: End::Exited { status: 1 } }));
        log.finish();
        let record = read(&path, 0).unwrap();
        let kept = record.events.iter().filter(|event| matches!(event, Event::Network(_))).count();
        assert!(!record.is_cut && kept > 2000);
        assert_eq!(dropped(&record, Kind::Network), 10_000 - kept as u64);
        assert_eq!(dropped(&record, Kind::Programs), 0);
        drop(log);
        // Whoever goes on has no more room, counts on, and gives new numbers.
        let log = Log::open(&path).unwrap();
        log.add(&event(1));
        log.finish();
        assert_eq!(start(&log, 1), Some(1));
        assert_eq!(dropped(&read(&path, 0).unwrap(), Kind::Network), 10_001 - kept as u64);
    }

    #[test]
    fn ends_of_programs_have_their_room() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        let log = Log::open(&path).unwrap();
        let started: Vec<u32> = std::iter::from_fn(|| start(&log, 500)).collect();
        assert!(started.len() > 1000 && start(&log, 500).is_none());
        let time = "2026-01-31T12:00:00.123456789Z";
        for id in &started {
            log.add(&Event::Ended(Ended {
                id: *id,
                time: time.to_owned(),
                end: End::Killed { signal: Some(64) },
            }));
        }
        let ends =
            read(&path, 0).unwrap().events.into_iter().filter(|event| matches!(event, Event::Ended(_)));
        assert_eq!(ends.count(), started.len());
        assert!(std::fs::metadata(&path).unwrap().len() <= most(Kind::Programs) + 4096);
    }

    fn refused(what: What) -> Event {
        Event::Refused(Refused {
            time: NOW.to_owned(),
            what,
            detail: None,
            program: Some("x".repeat(1000)),
            program_id: None,
        })
    }

    #[test]
    fn what_ordinary_programs_try_leaves_room_for_what_raises_an_alarm() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        let log = Log::open(&path).unwrap();
        for what in [What::KernelCall, What::SocketFamily, What::Device, What::HostSocket] {
            (0..1100).for_each(|_| log.add(&refused(what)));
        }
        let alarming = [What::HiddenPlace, What::Mount, What::SetId, What::Disk].map(refused);
        alarming.iter().for_each(|event| log.add(event));
        log.finish();
        let record = read(&path, 0).unwrap();
        assert!(alarming.iter().all(|event| record.events.contains(event)));
        assert!(dropped(&record, Kind::Tried) > 3000);
        assert_eq!(dropped(&record, Kind::Refused), 0);
    }

    #[test]
    fn refusals_leave_room_for_the_warning_of_the_quota() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        let log = Log::open(&path).unwrap();
        (0..1100).for_each(|_| log.add(&refused(What::Mount)));
        assert!(dropped(&read(&path, 0).unwrap(), Kind::Refused) > 0);
        let near = Event::Near { time: NOW.to_owned(), used: 9, limit: 10 };
        log.add(&near);
        assert!(read(&path, 0).unwrap().events.contains(&near));
    }

    #[test]
    fn a_line_that_was_cut_off_harms_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("record");
        Log::open(&path).unwrap().add(&event(1));
        let mut text = std::fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"event\":\"netw");
        std::fs::write(&path, text).unwrap();
        assert_eq!(read(&path, 0).unwrap().events, vec![event(1)]);
        Log::open(&path).unwrap().add(&event(2));
        let record = read(&path, 0).unwrap();
        assert_eq!((record.events, record.is_cut), (vec![event(1), event(2)], true));
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let start = Start {
            file: b"/bin/\xff".to_vec(),
            args: vec![b"a\xff".to_vec(), b"b".to_vec()],
            ..Start::default()
        };
        let event = start.event(0, None, Some(7), NOW.to_owned());
        assert_eq!(
            (event.program.as_str(), event.args.as_slice()),
            ("/bin/\u{fffd}", &["a\u{fffd}".to_owned(), "b".to_owned()][..])
        );
        assert_eq!(
            (event.program_bytes.as_deref(), event.args_bytes.as_deref()),
            (Some("L2Jpbi//"), Some("Yf8AYgA="))
        );
    }
}
