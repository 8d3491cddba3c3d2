//! A disk that is full, or breaks, at any moment of a commit, an undo or a recovery, by the kernel's own answers: when it works
//! again, the next start leaves all as before or all as after.

use see_sys::faults::{Fault, begin};

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::bench::{Bench, SESSION, Sight, assert_same, is_inside};
use super::cases::Case;
use super::crashes::{MIXED, dies, quietly};
use crate::commit::record::CommitState;
use crate::commit::selection::Selection;
use crate::commit::{self, crash, journal};
use crate::error::{ErrorCode, Result};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;
use crate::store::Store;

type Tree = BTreeMap<PathBuf, Sight>;
type Make = fn(&Case) -> Bench;

const MAKERS: [Make; 2] = [
    |case| Bench::fast_session(MarkSpace::Trusted, case.0, case.1),
    |case| Bench::apart(MarkSpace::Trusted, case.0, case.1, false),
];

/// Runs something in a thread whose disk fails from the point with this number on. `None` when it ended before that, and well.
fn fails<T: Send>(
    point: u64,
    fault: Fault,
    bench: &Bench,
    run: impl FnOnce(&Store) -> Result<T> + Send,
) -> Option<Result<T>> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            // The connection must not outlive the trouble.
            let store = Store::open(Some(bench.store.root())).unwrap();
            crash::interrupt(point, move || begin(fault).unwrap());
            let outcome = run(&store);
            if crash::is_uninterrupted() {
                outcome.unwrap();
                return None;
            }
            Some(outcome)
        });
        thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))
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

/// Commits on a disk that fails, from each point on in turn. What failed was as if it had not been tried, so the next one goes on
/// from there.
fn commit_fails(case: &Case, make: Make, fault: Fault) -> u64 {
    let commit = |store: &Store| commit::commit(store, SESSION, &Selection::default(), false, &Unmonitored);
    let mut bench = make(case);
    let (mut before, mut seen, mut layer) = (bench.has(), bench.seen(), bench.layer());
    let mut point = 0;
    loop {
        let what = format!("{fault:?} at {point}: {} | {}", case.0, case.1);
        let Some(outcome) = fails(point, fault, &bench, commit) else { break };
        recover(&bench, &what);
        match (bench.state(), outcome) {
            (SessionState::Finished, outcome) => {
                let error = outcome.expect_err(&what);
                assert_ne!(error.code, ErrorCode::Internal, "{what}: {error:?}");
                assert_same(&what, &bench.has(), &before);
                assert_same(&what, &bench.layer(), &layer);
            }
            (SessionState::Committed, _) => {
                assert_same(&what, &bench.has(), &seen);
                bench = make(case);
                (before, seen, layer) = (bench.has(), bench.seen(), bench.layer());
            }
            (state, outcome) => panic!("{state:?} after {what}: {outcome:?}"),
        }
        point += 1;
    }
    assert_same(
        &format!("{fault:?}, in the end, after {point}: {} | {}", case.0, case.1),
        &bench.has(),
        &seen,
    );
    point
}

/// As [`commit_fails`], for an undo.
fn undo_fails(case: &Case, make: Make, fault: Fault) -> u64 {
    let mut bench = make(case);
    let (before, seen) = (bench.has(), bench.seen());
    let mut id = bench.commit().unwrap().id;
    let mut point = 0;
    loop {
        let what = format!("undo, {fault:?} at {point}: {} | {}", case.0, case.1);
        let undo = |store: &Store| commit::undo(store, &id, &[], &Unmonitored);
        let Some(outcome) = fails(point, fault, &bench, undo) else { break };
        recover(&bench, &what);
        match bench.store.commit(&id).unwrap().undone_by {
            Some(by) => {
                assert_same(&what, &bench.has(), &before);
                id = bench.undo(&by).unwrap_or_else(|e| panic!("{what}, then back: {e:?}")).id;
            }
            None => {
                outcome.expect_err(&what);
                assert_same(&what, &bench.has(), &seen);
            }
        }
        point += 1;
    }
    assert_same("in the end", &bench.has(), &before);
    point
}

/// Runs something that dies, then recoveries on a disk that fails, from each point on in turn, and one on a good disk. Does so
/// for deaths before the steps, in the middle of them, after the last, and when all was written down. Then `check` is told
/// whether it was done.
fn recovery_fails(
    fault: Fault,
    make: impl Fn() -> Bench,
    run: impl Fn(&Bench),
    check: impl Fn(&str, &Bench, bool),
) {
    let count_done = |bench: &Bench| {
        let commits = bench.store.commits().unwrap();
        commits.iter().filter(|commit| commit.state == CommitState::Done).count()
    };
    let bench = make();
    let done_before = count_done(&bench);
    let is_undone = |point: &u64| {
        assert!(dies(*point, || run(&bench)), "it is not done after {point} points");
        recover(&bench, "to count the points");
        count_done(&bench) == done_before
    };
    let points = (0..).take_while(is_undone).count() as u64;
    assert!(points > 20, "{points}");
    for death in [points / 4, points / 2, points - 1, points] {
        let bench = make();
        assert!(dies(death, || run(&bench)), "{death}");
        let mut point = 0;
        loop {
            let what = format!("recovery, {fault:?} at {point}, dead at {death} of {points}");
            let attempt = |store: &Store| commit::recover(store, &Unmonitored);
            let Some(outcome) = fails(point, fault, &bench, attempt) else { break };
            let errors = match outcome {
                Ok(recovered) => recovered.into_iter().filter_map(|recovered| recovered.failed).collect(),
                Err(error) => vec![error],
            };
            assert!(errors.iter().all(|error| error.code != ErrorCode::Internal), "{what}: {errors:?}");
            point += 1;
        }
        recover(&bench, "on a good disk");
        check(&format!("{fault:?}, dead at {death} of {points}"), &bench, death == points);
    }
}

/// Returns the last point of a commit before its journal says that all was applied.
fn last_before_applied(bench: &Bench) -> u64 {
    let is_open = |point: &u64| {
        assert!(dies(*point, || drop(bench.commit().unwrap())), "the journal never says so");
        let commit = bench.store.unsettled_commits().unwrap().pop().map(|record| record.id);
        let journal = commit.and_then(|id| journal::read(&commit::commit_dir(&bench.store, &id)).unwrap());
        recover(bench, "to find the point");
        journal.is_none_or(|journal| journal.left.is_none())
    };
    (0..).take_while(is_open).last().unwrap()
}

#[test]
fn a_record_that_all_was_applied_and_that_was_not_written_is_never_believed() {
    if !is_inside("faults::a_record_that_all_was_applied_and_that_was_not_written_is_never_believed") {
        return;
    }
    quietly(|| {
        let Case(host, program) = &MIXED[1];
        let make = || Bench::fast_session(MarkSpace::Trusted, host, program);
        let last = last_before_applied(&make());
        let bench = make();
        let (before, layer) = (bench.has(), bench.layer());
        // The write itself fails, then what writes it to the disk, and last even what takes it out again.
        for (fault, is_taken_back) in [(Fault::Full, true), (Fault::Unsynced, true), (Fault::Broken, false)] {
            let mut deaths = 0;
            loop {
                let what = format!("{fault:?} at {last}, dead {deaths} points later");
                let died = std::thread::scope(|scope| {
                    let thread = scope.spawn(|| {
                        let store = Store::open(Some(bench.store.root())).unwrap();
                        crash::interrupt(last, move || begin(fault).unwrap());
                        let selection = Selection::default();
                        let commit = || commit::commit(&store, SESSION, &selection, false, &Unmonitored);
                        dies(last + 1 + deaths, || drop(commit().unwrap_err()))
                    });
                    thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))
                });
                recover(&bench, &what);
                assert_eq!(bench.state(), SessionState::Finished, "{what}");
                assert_same(&what, &bench.has(), &before);
                assert_same(&what, &bench.layer(), &layer);
                if !died {
                    break;
                }
                deaths += 1;
            }
            assert_eq!(deaths > 0, is_taken_back, "{fault:?}: {deaths}");
        }
    });
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

#[test]
fn the_disk_may_fail_at_any_point_of_a_recovery() {
    if !is_inside("faults::the_disk_may_fail_at_any_point_of_a_recovery") {
        return;
    }
    quietly(|| {
        let Case(host, program) = &MIXED[0];
        let make = || Bench::fast_session(MarkSpace::Trusted, host, program);
        let mut model = make();
        let times = |mut tree: Tree| {
            // Of what was made, and when, benches differ.
            tree.values_mut().for_each(|sight| sight.mtime = (0, 0));
            tree
        };
        let (before, after) = (times(model.has()), times(model.seen()));
        for fault in [Fault::Full, Fault::Broken] {
            let commit = |bench: &Bench| drop(bench.commit().unwrap());
            recovery_fails(fault, make, commit, |what, bench, is_done| {
                assert_same(what, &times(bench.has()), if is_done { &after } else { &before });
            });
            let make = || {
                let bench = make();
                bench.commit().unwrap();
                bench
            };
            let undo = |bench: &Bench| {
                let first = bench.store.commits().unwrap().into_iter().min_by_key(|commit| commit.time);
                bench.undo(&first.unwrap().id).unwrap();
            };
            recovery_fails(fault, make, undo, |what, bench, is_done| {
                assert_same(what, &times(bench.has()), if is_done { &before } else { &after });
            });
        }
    });
}
