//! What backups take up, and that a limit takes the oldest, never the newest.

use super::bench::{Bench, is_inside};
use super::crashes::{dies, quietly};
use crate::commit::selection::Selection;
use crate::commit::{self, limit_backups};
use crate::error::ErrorCode;
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;

/// Returns a bench where `a`, `b` and `c`, of a megabyte each, were committed one by one, and the commits.
fn three_commits() -> (Bench, Vec<String>) {
    let large = |name: &str| format!("head -c 1M /dev/urandom > {name}; ");
    let host: String = ["a", "b", "c", "d"].map(large).concat();
    let bench = Bench::in_memory(MarkSpace::Trusted);
    bench.on_host(&host);
    bench.begin();
    let mut bench = bench;
    bench.enter("for f in a b c d; do echo new > $f; done");
    let commits = ["a", "b", "c"].map(|name| {
        let only = Some(bench.paths(&[name]).into());
        bench.commit_part(&Selection { only, ..Selection::default() }).unwrap().id
    });
    (bench, commits.to_vec())
}

fn backup(bench: &Bench, commit: &str) -> (bool, u64) {
    let commit = bench.store.commit(commit).unwrap();
    (commit.is_undoable(), commit.backup)
}

#[test]
fn the_oldest_backups_go_first_and_the_newest_never() {
    if !is_inside("backups::the_oldest_backups_go_first_and_the_newest_never") {
        return;
    }
    let (bench, commits) = three_commits();
    for commit in &commits {
        let (undoable, size) = backup(&bench, commit);
        assert!(undoable && (1 << 20..2 << 20).contains(&size), "{size}");
    }
    assert_eq!(limit_backups(&bench.store, Some(10 << 20), &Unmonitored).unwrap(), Vec::<String>::new());
    assert_eq!(limit_backups(&bench.store, Some(5 << 19), &Unmonitored).unwrap(), commits[..1]);
    assert_eq!(backup(&bench, &commits[0]), (false, 0));
    assert_eq!(bench.undo(&commits[0]).unwrap_err().code, ErrorCode::NotUndoable);

    // The next commit keeps to the limit by itself, and says whose backup went.
    let last = bench.commit().unwrap();
    assert_eq!(last.dropped, commits[1..2]);
    assert_eq!(limit_backups(&bench.store, Some(1), &Unmonitored).unwrap(), commits[2..]);
    bench.undo(&last.id).unwrap();
    assert_eq!(std::fs::metadata(bench.host.join("d")).unwrap().len(), 1 << 20);

    // An undo moves what was kept back: the one that it took back takes up nothing any more.
    assert!(bench.store.commit(&last.id).unwrap().backup < 1 << 16);
    assert_eq!(limit_backups(&bench.store, None, &Unmonitored).unwrap(), Vec::<String>::new());
    assert_eq!(bench.store.backup_limit().unwrap(), None);
}

#[test]
fn what_other_names_keep_takes_up_nothing() {
    if !is_inside("backups::what_other_names_keep_takes_up_nothing") {
        return;
    }
    let host =
        "mkdir d; head -c 1M /dev/urandom > d/f; ln d/f l; head -c 1M /dev/urandom > d/g; truncate -s 1G d/s";
    let bench = Bench::fast_session(MarkSpace::Trusted, host, "rm -r d");
    let outcome = bench.commit().unwrap();
    let (_, size) = backup(&bench, &outcome.id);
    assert!((1 << 20..3 << 19).contains(&size), "{size}");
}

#[test]
fn a_drop_may_die_anywhere() {
    if !is_inside("backups::a_drop_may_die_anywhere") {
        return;
    }
    quietly(|| {
        let mut point = 0;
        loop {
            let (bench, commits) = three_commits();
            let died = dies(point, || {
                limit_backups(&bench.store, Some(1), &Unmonitored).unwrap();
            });
            if !died {
                break;
            }
            let cut_off = bench.store.half_dropped_commits().unwrap();
            bench.recover();
            assert!(bench.store.half_dropped_commits().unwrap().is_empty());
            for commit in &cut_off {
                assert_eq!(backup(&bench, &commit.id), (false, 0), "{point}");
                // Only the journal is left, for the checks of a session that lives on.
                let stage = commit::commit_dir(&bench.store, &commit.id);
                assert_eq!(std::fs::read_dir(stage).unwrap().count(), 1, "{point}");
            }
            bench.undo(&commits[2]).unwrap();
            point += 1;
        }
        assert!(point > 2, "{point}");
    });
}
