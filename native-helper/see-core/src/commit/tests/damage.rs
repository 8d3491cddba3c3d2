//! Journals that were damaged, or that a later version wrote: what they do not tell counts neither as done nor as not done, and
//! whatever the commit replaced is kept.

use std::path::PathBuf;

use super::bench::{Bench, assert_same, is_inside, run_in};
use super::crashes::{dies, quietly};
use crate::commit::{self, journal, records};
use crate::error::ErrorCode;
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;

const HOST: &str =
    "echo old > f; echo old > w; ln w ../l; echo old > a; echo old of g > g; mkdir d; echo old > d/x";
const PROGRAM: &str = "echo new > f; echo new > w; chmod 600 a; rm g; rm -r d; echo n > n";

/// A commit that died once its plan was written, before all was known to be applied.
struct CutOff {
    bench: Bench,
    id: String,
    path: PathBuf,
    bytes: Vec<u8>,
}

/// Lets a commit die at this point. The inner `None` says that it has no plan then, or is done; the outer that it did not die.
fn cut_off(point: u64) -> Option<Option<CutOff>> {
    let bench = Bench::fast_session(MarkSpace::Trusted, HOST, PROGRAM);
    if !dies(point, || drop(bench.commit().unwrap())) {
        return None;
    }
    let Some(record) = bench.store.unsettled_commits().unwrap().pop() else { return Some(None) };
    let path = journal::journal_path(&commit::commit_dir(&bench.store, &record.id));
    let bytes = std::fs::read(&path).unwrap_or_default();
    let journal =
        journal::parse(&bytes).0.filter(|journal| journal.steps.is_some() && journal.left.is_none());
    Some(journal.map(|_| CutOff { bench, id: record.id, path, bytes }))
}

/// Returns what can become of such a journal: nothing left, no beginning, no end of the plan, no plan; other bytes in the header, in the head of a step, in a step, and a later record.
fn damages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let step = bytes.windows(8).position(|window| window == b"{\"Step\":").unwrap();
    let flipped = [3, 40, step - 8, step - 5, step - 4, step + 9].map(|place| {
        let mut damaged = bytes.to_vec();
        damaged[place] ^= 0x04;
        damaged
    });
    let later = [&bytes[..step - 8], &records::encode(&"a later step").unwrap(), &bytes[step - 8..]].concat();
    let mut blank = bytes.to_vec();
    blank.iter_mut().take(4096).for_each(|byte| *byte = 0);
    let end = bytes.windows(7).position(|window| window == b"{\"End\":").unwrap();
    let cut = [0, 7, 16, step - 8, end - 8, end + 5].map(|length| bytes[..length].to_vec());
    flipped.into_iter().chain([later, blank]).chain(cut).collect()
}

#[test]
fn what_a_damaged_journal_does_not_tell_is_not_undone() {
    if !is_inside("damage::what_a_damaged_journal_does_not_tell_is_not_undone") {
        return;
    }
    quietly(|| {
        let (mut tried, mut point) = (0, 0);
        while let Some(cut_off) = cut_off(point) {
            point += 1;
            let Some(CutOff { bench, id, path, bytes }) = cut_off else { continue };
            let (there, layer) = (bench.has(), bench.layer());
            for (number, damaged) in damages(&bytes).into_iter().enumerate() {
                let what = format!("dead at {point}, damage {number}");
                std::fs::write(&path, damaged).unwrap();
                let waits = bench.recover()[0].waits().expect(&what);
                assert_eq!(waits.code, ErrorCode::RecoveryNeeded, "{what}");
                assert_same(&what, &bench.has(), &there);
                assert_same(&what, &bench.layer(), &layer);
                assert_eq!(bench.state(), SessionState::Committing, "{what}");
            }
            // Who gives it up has all that was replaced.
            let given_up = commit::give_up(&bench.store, &id, &Unmonitored).unwrap();
            assert_eq!(given_up.given_up, bench.paths(&[""]), "{given_up:?}");
            assert_eq!(bench.state(), SessionState::Finished);
            run_in(bench.dir.path(), "[ $(grep -rlE '^old( of g)?$' . | wc -l) -ge 5 ]");
            tried += 1;
        }
        assert!(tried > 8, "{tried}");
    });
}

/// What was replaced on another file system is kept there, and only the journal names that place.
#[test]
fn all_that_was_replaced_is_told_where_the_journal_tells_nothing() {
    if !is_inside("damage::all_that_was_replaced_is_told_where_the_journal_tells_nothing") {
        return;
    }
    quietly(|| {
        let bench = Bench::apart(MarkSpace::Trusted, HOST, PROGRAM, false);
        let room = bench.host.join(format!(".alcatraz-{}", bench.store.id()));
        let mut point = 0;
        let (id, stage) = loop {
            assert!(dies(point, || drop(bench.commit().unwrap())));
            let id = bench.store.unsettled_commits().unwrap().pop().map(|record| record.id);
            let found = id.map(|id| (room.join("commits").join(&id), id));
            match found.filter(|(stage, _)| stage.is_dir() && has_old(stage)) {
                Some((stage, id)) => break (id, stage),
                None => drop(bench.recover()),
            }
            point += 1;
        };
        let dir = commit::commit_dir(&bench.store, &id);
        std::fs::write(journal::journal_path(&dir), [0; 4096]).unwrap();
        let given_up = commit::give_up(&bench.store, &id, &Unmonitored).unwrap();
        let kept: Vec<_> = given_up.kept.iter().map(|path| path.as_path().to_owned()).collect();
        assert_eq!(kept, [dir, stage.clone()]);
        assert!(has_old(&stage));
    });
}

/// Tells whether what the commit took from the host's name `g` rests here.
fn has_old(stage: &std::path::Path) -> bool {
    let entries = std::fs::read_dir(stage).unwrap().map(|entry| entry.unwrap().path());
    entries.filter_map(|path| std::fs::read(path).ok()).any(|content| content == b"old of g\n")
}
