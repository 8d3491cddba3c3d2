use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use super::*;
use crate::change::FileType;
use crate::read_set::access::Access;
use crate::read_set::entry::{Looker, Moment, Object, Seen};
use crate::read_set::names::NamesDigest;
use crate::read_set::recorder::Recorder;

const BY: Looker = Looker { thread: 7, program: 0 };

fn host(path: &str) -> HostPath {
    HostPath::new(path.as_bytes()).unwrap()
}

fn object(ino: u64) -> Seen {
    let (mtime, ctime) = (Moment(1_700_000_000_123_456_789), Moment(1_700_000_001_000_000_000));
    Seen::Object(Object { device: 0xfe00, ino, kind: FileType::File, size: 4711, mtime, ctime })
}

#[test]
fn what_is_recorded_is_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reads");
    let recorder = Recorder::open(&path, Start::New).unwrap();
    let gcc = recorder.program(b"/usr/bin/gcc");
    let sh = recorder.program(b"/bin/sh");
    let at = Moment::now();
    recorder.note(host("/"), Access::LIST, object(2), at, BY);
    recorder.note(host("/a/\u{fffd}\nb"), Access::READ, object(3), at, Looker { thread: 9, program: gcc });
    recorder.note(
        host("/a/none"),
        Access::LOOKUP,
        Seen::Absent,
        Moment(-5),
        Looker { thread: 9, program: sh },
    );
    recorder.note(host("/a/blind"), Access::TRUNCATE, object(4), at, BY);
    recorder.note(host("/a/blind"), Access::READ, object(u64::MAX), Moment(at.0 + 9), BY);
    let before = recorder.snapshot();
    recorder.finish().unwrap();
    let after = load(&path).unwrap().unwrap();
    assert_eq!(after.missing(), None);
    assert_eq!(after.entries(), before.entries());
    assert_eq!(after.program(gcc), Some(&b"/usr/bin/gcc"[..]));
    assert_eq!(after.get(&host("/a/none")).unwrap().seen, Seen::Absent);
    assert_eq!(load(&dir.path().join("other")).unwrap().map(|_| ()), None);
}

#[test]
fn a_later_run_goes_on_and_the_first_time_still_wins() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reads");
    for round in 0..3 {
        let recorder = Recorder::open(&path, Start::New).unwrap();
        recorder.note(host("/a"), Access::READ, object(1), Moment(100 + round), BY);
        recorder.note(host(&format!("/b/{round}")), Access::READ, object(2), Moment(100 + round), BY);
        recorder.finish().unwrap();
    }
    let set = load(&path).unwrap().unwrap();
    assert_eq!(set.entries().len(), 4);
    assert_eq!(set.get(&host("/a")).unwrap().first, Moment(100));
    assert_eq!(set.missing(), None);
}

#[test]
fn a_torn_or_damaged_end_is_cut_off_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reads");
    let (mut writer, _) = LogWriter::open(&path, Start::New).unwrap();
    let mut file = writer.file().unwrap();
    let mut ends = vec![MAGIC.len()];
    for i in 0..20_u64 {
        let entry =
            Entry::new(Arc::new(host(&format!("/d{}/f{i}", i % 3))), Access::READ, object(i), Moment(5), BY);
        writer.entry(&entry);
        let block = writer.take_block();
        file.write_all(&block).unwrap();
        ends.push(ends.last().unwrap() + block.len());
    }
    let whole = std::fs::read(&path).unwrap();
    let copy = dir.path().join("copy");
    for cut in 0..=whole.len() {
        std::fs::write(&copy, &whole[..cut]).unwrap();
        let set = load(&copy).unwrap().unwrap();
        assert_eq!(set.entries().len(), ends.iter().filter(|end| **end <= cut).count().saturating_sub(1));
        assert_eq!(set.missing(), Some(Missing::CutOff));
    }
    for at in (0..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&copy, &damaged).unwrap();
        let good = load(&copy).unwrap().unwrap().entries().len();
        assert!(good < 20, "damage at {at} was not noticed");
        // Going on with it keeps what was good, and stays "cut off" for ever.
        let recorder = Recorder::open(&copy, Start::New).unwrap();
        recorder.note(host("/new"), Access::READ, object(1), Moment(6), BY);
        recorder.finish().unwrap();
        let set = load(&copy).unwrap().unwrap();
        assert_eq!((set.entries().len(), set.missing()), (good + 1, Some(Missing::CutOff)));
    }
}

#[test]
fn a_log_of_the_first_form_is_read_and_is_not_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reads");
    let recorder = Recorder::open(&path, Start::New).unwrap();
    recorder.note(host("/a"), Access::READ, object(1), Moment::now(), BY);
    recorder.finish().unwrap();
    assert!(may_be_whole(&path));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..8].copy_from_slice(FIRST);
    std::fs::write(&path, &bytes).unwrap();
    let set = load(&path).unwrap().unwrap();
    assert!(set.get(&host("/a")).is_some());
    assert_eq!(set.missing(), Some(Missing::CutOff));
    // Nor does it become so when a later run adds to it.
    Recorder::open(&path, Start::GoOn).unwrap().finish().unwrap();
    let set = load(&path).unwrap().unwrap();
    assert!(set.get(&host("/a")).is_some());
    assert_eq!(set.missing(), Some(Missing::CutOff));
    assert!(!may_be_whole(&path));
}

#[test]
fn a_killed_supervisor_loses_at_most_the_last_second() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reads");
    let recorder = Recorder::open(&path, Start::New).unwrap();
    recorder.note(host("/a"), Access::READ, object(1), Moment(5), BY);
    let start = std::time::Instant::now();
    // What is in the file while the recorder still runs is what a kill would leave.
    while load(&path).unwrap().unwrap().entries().is_empty() {
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "nothing was flushed");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(load(&path).unwrap().unwrap().missing(), Some(Missing::CutOff));
    recorder.finish().unwrap();
    assert_eq!(load(&path).unwrap().unwrap().missing(), None);
}

#[test]
fn names_of_a_listed_directory_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = host(std::str::from_utf8(dir.path().as_os_str().as_bytes()).unwrap());
    let (digest, facts) = crate::read_set::names::digest_now(&path).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let log = tempfile::tempdir().unwrap();
    let recorder = Recorder::open(&log.path().join("reads"), Start::New).unwrap();
    recorder.note(path.clone(), Access::LIST, Seen::Object(facts), Moment::now(), BY);
    recorder.finish().unwrap();
    let set = load(&log.path().join("reads")).unwrap().unwrap();
    assert_eq!(set.get(&path).unwrap().names, Some(digest));
    assert_eq!(digest, NamesDigest::default());
}

#[test]
fn a_full_disk_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let flags = rustix::mount::MountFlags::empty();
    rustix::mount::mount("none", dir.path(), "tmpfs", flags, c"size=64k").unwrap();
    let path = dir.path().join("reads");
    let recorder = Recorder::open(&path, Start::New).unwrap();
    for i in 0..10_000 {
        recorder.note(host(&format!("/some/where/{i}")), Access::READ, object(i), Moment(5), BY);
    }
    let error = recorder.finish().unwrap_err();
    let set = load(&path).unwrap().unwrap();
    drop(recorder);
    rustix::mount::unmount(dir.path(), rustix::mount::UnmountFlags::empty()).unwrap();
    assert_eq!(error.code, ErrorCode::DiskFull);
    assert_eq!(set.missing(), Some(Missing::CutOff));
    assert!(LogWriter::open(Path::new("/dev/full"), Start::New).is_err());
}

#[test]
fn what_is_saved_in_the_place_of_something_else_is_read_back() {
    let mut set = ReadSet::default();
    for path in ["/a/b", "/a/b/c", "/x"] {
        set.note(host(path), Access::READ, object(1), Moment(5), BY);
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reads");
    std::fs::write(&path, "something else").unwrap();
    set.program_id(b"/bin/sh");
    save(&path, &set).unwrap();
    let saved = load(&path).unwrap().unwrap();
    assert_eq!((saved.entries(), saved.missing()), (set.entries(), None));
    assert_eq!(saved.program(0), Some(&b"/bin/sh"[..]));
}

#[test]
fn a_million_entries_stay_usable() {
    let dir = tempfile::tempdir_in("/var/tmp").unwrap();
    let path = dir.path().join("reads");
    let recorder = Recorder::open(&path, Start::New).unwrap();
    let at = Moment::now();
    for i in 0..1_000_000_u64 {
        let name = host(&format!("/usr/share/some/tree/{}/file-{i}", i / 50));
        recorder.note(name, Access::READ, object(i), Moment(at.0 + i as i64), BY);
    }
    recorder.finish().unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size < 80_000_000, "{size} bytes");
    let start = std::time::Instant::now();
    let set = load(&path).unwrap().unwrap();
    let took = start.elapsed();
    assert_eq!((set.entries().len(), set.missing()), (1_000_000, None));
    assert!(set.get(&host("/usr/share/some/tree/19999/file-999999")).is_some());
    println!("a million entries: {size} bytes, loaded in {took:?}");
    // Only optimised code is held to the time.
    assert!(cfg!(debug_assertions) || took < std::time::Duration::from_secs(1), "{took:?}");
}
