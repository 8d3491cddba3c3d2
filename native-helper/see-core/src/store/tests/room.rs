//! A store and the disk that it lies on: it keeps room for what must not fail.

use super::*;

#[test]
fn a_full_log_is_folded_in_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..400 {
        let store = Store::open(Some(dir.path())).unwrap();
        store.insert_session(&session(&format!("s{number}"), None)).unwrap();
    }
    assert_eq!(Store::open(Some(dir.path())).unwrap().sessions().unwrap().len(), 400);
    let log = std::fs::metadata(dir.path().join("alcatraz.db-wal")).unwrap().len();
    assert!(log < 2 << 20, "the log grew to {log} bytes");
}

#[test]
fn the_index_of_the_log_has_all_its_room_and_keeps_it() {
    use std::os::unix::fs::MetadataExt as _;
    let dir = tempfile::tempdir_in("/var/tmp").unwrap();
    let blocks = || std::fs::metadata(dir.path().join("alcatraz.db-shm")).unwrap().blocks();
    let first = Store::open(Some(dir.path())).unwrap();
    let other = Store::open(Some(dir.path())).unwrap();
    drop(first);
    other.set_backup_limit(Some(7)).unwrap();
    assert!(blocks() >= 64, "{}", blocks());
    // What a killed process leaves is no index: the next one begins anew, also where the file has holes.
    drop(other);
    std::fs::write(dir.path().join("alcatraz.db-shm"), "nonsense").unwrap();
    let again = Store::open(Some(dir.path())).unwrap();
    assert_eq!(again.backup_limit().unwrap(), Some(7));
    assert!(blocks() >= 64, "{}", blocks());
}

#[test]
fn what_ends_a_session_spends_the_reserve() {
    let dir = tempfile::tempdir_in("/var/tmp").unwrap();
    let store = Store::open(Some(dir.path())).unwrap();
    let reserve = || std::fs::metadata(dir.path().join("reserve")).map(|facts| facts.len()).ok();
    assert_eq!(reserve(), Some(256 * 1024));
    let full = std::cell::Cell::new(2);
    let work = || match full.replace(full.get() - 1) {
        2 => Err(super::disk_full()),
        _ => Ok(()),
    };
    store.spending(work).unwrap();
    assert_eq!((full.get(), reserve()), (0, None));
    assert_eq!(store.spending(|| Err::<(), _>(super::disk_full())).unwrap_err().code, ErrorCode::DiskFull);
    store.keep_reserve();
    assert_eq!(reserve(), Some(256 * 1024));
}
