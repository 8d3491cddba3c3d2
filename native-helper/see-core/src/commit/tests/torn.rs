//! Journals of which only a part reached the disk: they tell what was done, never less nor more, and recovery goes by it.

use std::path::{Path, PathBuf};

use super::bench::{Bench, assert_same, is_inside};
use super::cases::{Case, SYSTEM};
use super::crashes::{MIXED, dies, quietly};
use crate::commit::record::CommitState;
use crate::commit::{self, CommitOutcome, journal};
use crate::error::Result;
use crate::layer::MarkSpace;
use crate::session::SessionState;

/// Returns where a journal can be cut off: of each record at its beginning and in its body, of some also in its length, in its
/// sum, and before its last byte.
fn cuts(bytes: &[u8]) -> Vec<usize> {
    let mut cuts = vec![0, 7, 15];
    let (mut at, mut number) = (16, 0);
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        cuts.extend([at, at + 8 + length / 2]);
        if number % 4 == 0 || at + 8 + length == bytes.len() {
            cuts.extend([at + 2, at + 4, at + 6, at + 8, at + 7 + length]);
        }
        (at, number) = (at + 8 + length, number + 1);
    }
    assert_eq!(at, bytes.len());
    cuts
}

/// Returns what can be on the disk of a journal that was cut off there: what comes after lacks, or is still empty.
fn remains(bytes: &[u8], cut: usize) -> Vec<u8> {
    let mut rest = bytes[..cut].to_vec();
    rest.resize(if cut % 2 == 0 { bytes.len() } else { cut }, 0);
    rest
}

/// A name of the journal, and what it says then.
type Moment = (fn(&Path) -> PathBuf, fn(&journal::Journal) -> bool);

/// Lets runs die right after the journal, under the name that it has then, says what `is_wanted` looks for, cuts it off everywhere
/// after `known` bytes, recovers, and has `check` look at the host. Returns how often.
fn cut_off(
    bench: &Bench,
    run: impl Fn() -> Result<CommitOutcome>,
    (named, is_wanted): Moment,
    known: impl Fn(&[u8]) -> usize,
    check: impl Fn(&str),
) -> u64 {
    let dir = || {
        let unsettled = bench.store.unsettled_commits().unwrap();
        unsettled.first().map(|record| commit::commit_dir(&bench.store, &record.id))
    };
    // The first point at which the journal says so.
    let mut point = 0;
    loop {
        assert!(dies(point, || drop(run().unwrap())), "the journal never says so");
        let bytes = dir().and_then(|dir| std::fs::read(named(&dir)).ok()).unwrap_or_default();
        if journal::parse(&bytes).0.is_some_and(|journal| is_wanted(&journal)) {
            break;
        }
        bench.recover();
        point += 1;
    }
    let (mut done, mut next) = (0, 0);
    loop {
        let path = named(&dir().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        let known = known(&bytes);
        let rests = cuts(&bytes).into_iter().filter(|cut| *cut >= known);
        let rests: Vec<Vec<u8>> = rests.map(|cut| remains(&bytes, cut)).collect();
        let Some(rest) = rests.get(next) else { break };
        std::fs::write(&path, rest).unwrap();
        let what = format!("cut off number {next}, {} of {} bytes", rest.len(), bytes.len());
        for recovered in bench.recover() {
            assert!(recovered.failed.is_none() && recovered.foreign.is_empty(), "{what}: {recovered:?}");
        }
        assert!(bench.store.unsettled_commits().unwrap().is_empty(), "{what}");
        check(&what);
        assert!(dies(point, || drop(run().unwrap())), "{what}");
        (done, next) = (done + 1, next + 1);
    }
    bench.recover();
    done
}

/// Returns how many bytes of a journal its plan takes up.
fn plan_of(bytes: &[u8]) -> usize {
    let ends = cuts(bytes).into_iter().chain([bytes.len()]);
    let is_planned =
        |end: &usize| journal::parse(&bytes[..*end]).0.is_some_and(|journal| journal.steps.is_some());
    ends.filter(is_planned).min().unwrap()
}

#[test]
fn a_journal_may_be_cut_off_anywhere() {
    if !is_inside("torn::a_journal_may_be_cut_off_anywhere") {
        return;
    }
    quietly(|| {
        let Case(host, program) = &MIXED[1];
        let mut bench = Bench::fast_session(MarkSpace::Trusted, host, program);
        let (before, after, layer) = (bench.has(), bench.seen(), bench.layer());
        let is_before = |what: &str| {
            assert_same(what, &bench.has(), &before);
            assert_same(what, &bench.layer(), &layer);
        };
        // While the plan is written nothing has happened; while the result is, everything has, and goes back.
        let in_plan: Moment = (journal::plan_path, |journal| journal.steps.is_some());
        let in_result: Moment = (journal::journal_path, |journal| journal.left.is_some());
        let planned = cut_off(&bench, || bench.commit(), in_plan, |_| 0, is_before);
        let applied = cut_off(&bench, || bench.commit(), in_result, plan_of, is_before);
        assert!(planned > 30 && applied > 10, "{planned} {applied}");
        // The last one was whole.
        assert_same("committed", &bench.has(), &after);
        let commits = bench.store.commits().unwrap();
        let commit = commits.into_iter().find(|commit| commit.state == CommitState::Done).unwrap().id;
        let is_after = |what: &str| assert_same(what, &bench.has(), &after);
        let planned = cut_off(&bench, || bench.undo(&commit), in_plan, |_| 0, is_after);
        let applied = cut_off(&bench, || bench.undo(&commit), in_result, plan_of, is_after);
        assert!(planned > 30 && applied > 10, "{planned} {applied}");
        assert_same("taken back", &bench.has(), &before);
    });
}

#[test]
fn the_record_of_a_revert_may_be_cut_off_anywhere() {
    if !is_inside("torn::the_record_of_a_revert_may_be_cut_off_anywhere") {
        return;
    }
    quietly(|| {
        let Case(host, program) = &MIXED[1];
        let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
        let before = bench.has();
        let mut tried = 0;
        loop {
            // Dead in the middle of the steps, then dead in the recovery, right before the new journal takes the old one's place.
            assert!(dies(12, || drop(bench.commit().unwrap())));
            let dir = commit::commit_dir(&bench.store, &bench.store.unsettled_commits().unwrap()[0].id);
            let new = dir.join("journal.new");
            let mut point = 0;
            while !new.exists() {
                assert!(dies(point, || drop(bench.recover())));
                point += 1;
            }
            let bytes = std::fs::read(&new).unwrap();
            let rests: Vec<Vec<u8>> = cuts(&bytes).into_iter().map(|cut| remains(&bytes, cut)).collect();
            let Some(rest) = rests.get(tried) else { break };
            std::fs::write(&new, rest).unwrap();
            assert!(bench.recover().iter().all(|recovered| recovered.failed.is_none()));
            assert_same(&format!("cut off number {tried}"), &bench.has(), &before);
            tried += 1;
        }
        assert!(tried > 20, "{tried}");
    });
}

#[test]
fn a_torn_journal_means_that_nothing_happened() {
    if !is_inside("torn::a_torn_journal_means_that_nothing_happened") {
        return;
    }
    let Case(host, program) = SYSTEM[0];
    let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
    let outcome = bench.commit().unwrap();
    let path = journal::journal_path(&commit::commit_dir(&bench.store, &outcome.id));
    let bytes = std::fs::read(path).unwrap();
    let whole = journal::parse(&bytes).0.unwrap();
    let steps = whole.steps.as_ref().unwrap().len();
    let (mut planned, mut applied) = (0, 0);
    for length in 0..bytes.len() {
        let torn = journal::parse(&bytes[..length]).0;
        let has_steps = torn.as_ref().is_some_and(|journal| journal.steps.is_some());
        if has_steps {
            planned += 1;
            assert_eq!(torn.as_ref().unwrap().steps.as_ref().unwrap().len(), steps);
        }
        applied += u32::from(torn.is_some_and(|journal| journal.left.is_some()));
        assert!(has_steps || planned == 0, "a longer journal never says less");
    }
    assert!(planned > 0);
    assert_eq!(applied, 0, "without its last byte it was not applied");
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x20;
        assert_ne!(journal::parse(&damaged).0, Some(whole.clone()), "byte {place}");
    }
}

/// A log or a database may well be written to while a large plan is.
#[test]
fn a_host_that_writes_while_the_plan_is_written_is_no_damage() {
    if !is_inside("torn::a_host_that_writes_while_the_plan_is_written_is_no_damage") {
        return;
    }
    quietly(|| {
        let program = "echo new > w; chmod 600 a; echo n > n";
        let bench = Bench::fast_session(MarkSpace::Trusted, "echo old > w; ln w ../l; echo old > a", program);
        let mut point = 0;
        let plan = loop {
            assert!(dies(point, || drop(bench.commit().unwrap())));
            let unsettled = bench.store.unsettled_commits().unwrap();
            let plan =
                unsettled.first().map(|one| journal::plan_path(&commit::commit_dir(&bench.store, &one.id)));
            let has_steps = |plan: &PathBuf| {
                let bytes = std::fs::read(plan).unwrap_or_default();
                journal::parse(&bytes).0.is_some_and(|journal| journal.steps.is_some())
            };
            match plan.filter(has_steps) {
                Some(plan) => break plan,
                None => drop(bench.recover()),
            }
            point += 1;
        };
        let bytes = std::fs::read(&plan).unwrap();
        let end = bytes.windows(7).position(|window| window == b"{\"End\":").unwrap();
        std::fs::write(&plan, &bytes[..end]).unwrap();
        bench.on_host("echo more >> w; chmod 640 a");
        let there = bench.has();
        let recovered = bench.recover().remove(0);
        assert!(recovered.failed.is_none() && recovered.foreign.is_empty(), "{recovered:?}");
        assert_eq!(recovered.state, CommitState::Reverted);
        assert_same("the host's", &bench.has(), &there);
        assert_eq!(bench.state(), SessionState::Finished);
    });
}
