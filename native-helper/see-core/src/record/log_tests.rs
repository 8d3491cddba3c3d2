//! The record on real files.

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

/// What there is by now.
fn all(log: &Log, path: &Path) -> Record {
    log.flush();
    read(path, 0).unwrap()
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
    let record = all(&log, &path);
    assert_eq!(record.events, vec![event(1), event(2)]);
    assert!(!record.is_cut);
    log.add(&event(3));
    log.flush();
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
    let ends = all(&log, &path).events.into_iter().filter(|event| matches!(event, Event::Ended(_)));
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
fn what_versions_before_told_of_a_quota_is_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("record");
    std::fs::write(&path, format!("{{\"event\":\"near\",\"time\":\"{NOW}\",\"used\":9,\"limit\":10}}\n"))
        .unwrap();
    let record = read(&path, 0).unwrap();
    assert_eq!((record.events, record.is_cut), (vec![Event::Near {}], false));
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
fn what_the_disk_did_not_take_is_counted_and_comes_again() {
    let log = Log::open(Path::new("/dev/full")).unwrap();
    let lost = || {
        log.add_once(1, || event(1));
        log.add(&refused(What::Mount));
        log.flush();
        [Kind::Network, Kind::Refused].map(|kind| log.state.with(|state| state.tally[&kind].dropped))
    };
    assert_eq!(lost(), [1, 1]);
    assert_eq!(lost(), [2, 2]);
}

#[test]
fn what_comes_while_the_disk_takes_half_a_line_is_no_part_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("record");
    let log = Log::open(&path).unwrap();
    log.state.with(|state| {
        state.add(&event(1));
        let taken = state.take();
        std::fs::write(&path, &taken[..taken.len() / 2]).unwrap();
        state.add(&event(2));
        state.lost();
    });
    let record = all(&log, &path);
    assert_eq!((record.events, record.is_cut), (vec![event(2)], true));
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
