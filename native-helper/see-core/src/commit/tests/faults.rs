//! A disk that is full, or breaks, at any moment of a commit or an undo, by the kernel's own answers: when it works
//! again, the next start leaves all as before or all as after.

use see_sys::faults::{Fault, begin};

use super::bench::{Bench, SESSION, assert_same, is_inside};
use super::cases::Case;
use super::crashes::MIXED;
use crate::commit::{self, CommitOutcome, crash};
use crate::error::{ErrorCode, Result};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;
use crate::store::Store;

type Make = fn(&Case) -> Bench;

const MAKERS: [Make; 2] = [
    |case| Bench::fast_session(MarkSpace::Trusted, case.0, case.1),
    |case| Bench::apart(MarkSpace::Trusted, case.0, case.1, false),
];

/// Runs something in a thread whose disk fails from the point with this number on. `None` when it ended before that.
fn fails(
    point: u64,
    fault: Fault,
    bench: &Bench,
    run: impl FnOnce(&Store) -> Result<CommitOutcome> + Send,
) -> Option<Result<CommitOutcome>> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            // The connection must not outlive the trouble.
            let store = Store::open(Some(bench.store.root())).unwrap();
            crash::interrupt(point, move || begin(fault).unwrap());
            let outcome = run(&store);
            (!crash::is_uninterrupted()).then_some(outcome)
        });
        thread.join().unwrap()
    })
}

/// Recovers on a disk that works again.
fn recover(bench: &Bench, what: &str) {
    let store = Store::open(Some(bench.store.root())).unwrap();
    for recovered in commit::recover(&store, &Unmonitored).unwrap() {
        assert!(recovered.failed.is_none() && recovered.foreign.is_empty(), "{what}: {recovered:?}");
    }
    assert!(store.unsettled_commits().unwrap().is_empty(), "{what}");
}

fn commit_fails(case: &Case, make: Make, fault: Fault) -> u64 {
    let mut point = 0;
    loop {
        let what = format!("{fault:?} at {point}: {} | {}", case.0, case.1);
        let mut bench = make(case);
        let (before, seen, layer) = (bench.has(), bench.seen(), bench.layer());
        let run = |store: &Store| {
            commit::commit(
                store,
                SESSION,
                &crate::commit::selection::Selection::default(),
                false,
                &Unmonitored,
            )
        };
        let Some(outcome) = fails(point, fault, &bench, run) else { return point };
        recover(&bench, &what);
        match (bench.state(), outcome) {
            (SessionState::Finished, outcome) => {
                let error = outcome.expect_err(&what);
                assert_ne!(error.code, ErrorCode::Internal, "{what}: {error:?}");
                assert_same(&what, &bench.has(), &before);
                assert_same(&what, &bench.layer(), &layer);
                bench.commit().unwrap_or_else(|e| panic!("{what}, then again: {e:?}"));
                assert_same(&what, &bench.has(), &seen);
            }
            (SessionState::Committed, _) => assert_same(&what, &bench.has(), &seen),
            (state, outcome) => panic!("{state:?} after {what}: {outcome:?}"),
        }
        point += 1;
    }
}

fn undo_fails(case: &Case, make: Make, fault: Fault) -> u64 {
    let mut point = 0;
    loop {
        let what = format!("undo, {fault:?} at {point}: {} | {}", case.0, case.1);
        let mut bench = make(case);
        let (before, seen) = (bench.has(), bench.seen());
        let id = bench.commit().unwrap().id;
        let undo = |store: &Store| commit::undo(store, &id, &[], &Unmonitored);
        let Some(outcome) = fails(point, fault, &bench, undo) else { return point };
        recover(&bench, &what);
        let store = Store::open(Some(bench.store.root())).unwrap();
        match store.commit(&id).unwrap().undone_by {
            Some(_) => assert_same(&what, &bench.has(), &before),
            None => {
                outcome.expect_err(&what);
                assert_same(&what, &bench.has(), &seen);
                commit::undo(&store, &id, &[], &Unmonitored)
                    .unwrap_or_else(|e| panic!("{what}, then again: {e:?}"));
                assert_same(&what, &bench.has(), &before);
            }
        }
        point += 1;
    }
}

fn every_point_fails(fault: Fault) {
    for make in MAKERS {
        for case in MIXED {
            assert!(commit_fails(case, make, fault) > 10);
            assert!(undo_fails(case, make, fault) > 10);
        }
    }
}

#[test]
fn the_disk_may_be_full_at_any_point() {
    if is_inside("faults::the_disk_may_be_full_at_any_point") {
        every_point_fails(Fault::Full);
    }
}

#[test]
fn the_disk_may_break_at_any_point() {
    if is_inside("faults::the_disk_may_break_at_any_point") {
        every_point_fails(Fault::Broken);
    }
}
