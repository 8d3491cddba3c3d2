//! Lets commits, undos and recoveries die at every step: after the next start all is as before, or all as after.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use super::bench::{Bench, Sight, assert_same, is_inside};
use super::cases::{Case, SYSTEM};
use crate::commit::attributes::Attributes;
use crate::commit::step::Step;
use crate::commit::{self, crash, journal};
use crate::layer::MarkSpace;
use crate::session::SessionState;

type Tree = BTreeMap<PathBuf, Sight>;

/// Runs something that dies at the point with this number; tells whether it did.
pub fn dies(point: u64, run: impl FnOnce()) -> bool {
    crash::survive_until(point);
    let outcome = catch_unwind(AssertUnwindSafe(run));
    crash::survive_all();
    match outcome {
        Ok(()) => false,
        Err(cause) if cause.is::<crash::Crashed>() => true,
        Err(cause) => std::panic::resume_unwind(cause),
    }
}

/// Recovers, and lets the recovery die at each of its own points first when `stubborn`.
fn recover(bench: &Bench, stubborn: bool) {
    if stubborn {
        let mut point = 0;
        while dies(point, || {
            bench.recover();
        }) {
            point += 1;
        }
    }
    for recovered in bench.recover() {
        assert!(recovered.failed.is_none() && recovered.foreign.is_empty(), "{recovered:?}");
    }
    assert!(bench.store.unsettled_commits().unwrap().is_empty());
}

pub fn quietly(run: impl FnOnce()) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<crash::Crashed>() {
            hook(info);
        }
    }));
    run();
}

type Make = dyn Fn(&'static str, &'static str) -> Bench;

fn make(host: &'static str, program: &'static str) -> Bench {
    Bench::fast_session(MarkSpace::Trusted, host, program)
}

/// Lets a commit die everywhere. Returns at how many points.
pub fn commit_dies(Case(host, program): &Case, make: &Make, stubborn: bool) -> u64 {
    let what = format!("{host} | {program}");
    let mut bench = make(host, program);
    let (mut before, mut after, mut layer) = (bench.has(), bench.seen(), bench.layer());
    let mut point = 0;
    let mut whole = 0;
    loop {
        let died = dies(point, || {
            bench.commit().unwrap();
        });
        if !died {
            break;
        }
        recover(&bench, stubborn);
        match bench.state() {
            SessionState::Finished => {
                assert_same(&format!("host, dead at {point}: {what}"), &bench.has(), &before);
                assert_same(&format!("layer, dead at {point}: {what}"), &bench.layer(), &layer);
                assert_eq!(whole, 0, "before and after do not mix: {what}");
                assert_clean(&bench);
            }
            SessionState::Committed => {
                assert_same(&format!("host, dead at {point}: {what}"), &bench.has(), &after);
                assert!(!bench.upper.exists(), "{what}");
                whole += 1;
                bench = make(host, program);
                (before, after, layer) = (bench.has(), bench.seen(), bench.layer());
            }
            other => panic!("{other:?} after a crash at {point}: {what}"),
        }
        point += 1;
    }
    let commits = bench.store.commits().unwrap();
    let most = commits.iter().map(|commit| boundaries(&bench, &commit.id)).max().unwrap_or(0);
    assert!(point > most, "{point} points, {most} boundaries: {what}");
    point
}

/// Returns how many moments there are after which the disk holds something else, as the journal of a commit tells: each step, and
/// what a step does one after the other.
fn boundaries(bench: &Bench, commit: &str) -> u64 {
    let journal = journal::read(&commit::commit_dir(&bench.store, commit)).unwrap();
    let steps = journal.and_then(|journal| journal.steps).unwrap_or_default();
    steps
        .iter()
        .map(|step| match step {
            Step::Replace { .. } => 2,
            // It is emptied, filled, and given its attributes.
            Step::Rewrite { before, after, .. } => 3 + writes(before, after),
            Step::Attributes { before, after, .. } => 1 + writes(before, after),
            Step::Marks { change, .. } => 1 + change.off.len() + change.on.len(),
            _ => 1,
        })
        .sum::<usize>() as u64
}

/// Returns how many calls change these attributes into those, but for the last one, which sets the time.
fn writes(before: &Attributes, after: &Attributes) -> usize {
    let owner = (before.uid, before.gid) != (after.uid, after.gid);
    let off = before.xattrs.keys().filter(|name| !after.xattrs.contains_key(*name)).count();
    let on = after.xattrs.iter().filter(|(name, value)| before.xattrs.get(*name) != Some(*value)).count();
    usize::from(owner) + off + on + usize::from(before.mode != after.mode)
}

pub fn undo_dies(Case(host, program): &Case, make: &Make, stubborn: bool) -> u64 {
    let what = format!("{host} | {program}");
    let mut bench = make(host, program);
    let (before, after): (Tree, Tree) = (bench.has(), bench.seen());
    let mut commit = bench.commit().unwrap().id;
    if !bench.store.commit(&commit).unwrap().is_undoable() {
        return 0;
    }
    let mut point = 0;
    loop {
        let died = dies(point, || {
            bench.undo(&commit).unwrap();
        });
        if !died {
            let by = bench.store.commit(&commit).unwrap().undone_by.unwrap();
            let most = boundaries(&bench, &by);
            assert!(point > most, "{point} points, {most} boundaries of the undo: {what}");
            return point;
        }
        recover(&bench, stubborn);
        let undone_by = bench.store.commit(&commit).unwrap().undone_by;
        match undone_by {
            None => assert_same(&format!("undo dead at {point}: {what}"), &bench.has(), &after),
            Some(by) => {
                assert_same(&format!("undo dead at {point}: {what}"), &bench.has(), &before);
                commit = bench.undo(&by).unwrap().id;
                assert_same(&format!("redo after {point}: {what}"), &bench.has(), &after);
            }
        }
        point += 1;
    }
}

/// Fails when something of a commit that is not on the host is left, but what it tells later checks.
fn assert_clean(bench: &Bench) {
    for entry in std::fs::read_dir(bench.store.root().join("commits")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let inside: Vec<_> = std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name()).collect();
            assert_eq!(inside, ["journal"], "{path:?}");
        }
    }
}

#[test]
fn a_commit_and_its_recovery_may_die_anywhere() {
    if is_inside("crashes::a_commit_and_its_recovery_may_die_anywhere") {
        quietly(|| {
            let points: u64 = SYSTEM.iter().map(|case| commit_dies(case, &make, true)).sum();
            assert!(points > 500, "{points}");
        });
    }
}

#[test]
fn an_undo_and_its_recovery_may_die_anywhere() {
    if is_inside("crashes::an_undo_and_its_recovery_may_die_anywhere") {
        quietly(|| {
            let points: u64 = SYSTEM.iter().map(|case| undo_dies(case, &make, true)).sum();
            assert!(points > 500, "{points}");
        });
    }
}

/// Cases with every kind of step.
pub const MIXED: &[Case] = &[
    Case(
        "mkdir -p d/a/k; echo x > d/a/k/f; echo s > d/a/s; echo 1 > d/l; ln d/l ../l; echo t > d/t; echo u > d/u",
        "mv d/a/k d/k; rm -r d/a; mkdir d/a; mv d/k d/a/k; echo s > d/a/s; echo 2 > d/l; ln d/t d/v; chmod 600 d/u",
    ),
    Case(
        "mkdir d; echo a > d/a; echo b > d/b",
        "mv d/a d/t; mv d/b d/a; mv d/t d/b; mkdir d/n; echo n > d/n/n",
    ),
];

#[test]
fn one_recovery_is_enough() {
    if is_inside("crashes::one_recovery_is_enough") {
        quietly(|| {
            for case in MIXED {
                assert!(commit_dies(case, &make, false) > 10);
                assert!(undo_dies(case, &make, false) > 10);
            }
        });
    }
}
