//! Commits and undos that were taken back: what the host has of its own by then stays apart from what is the session's, and is all
//! that is not as before.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::bench::{Bench, is_inside, run_in};
use super::crashes::{dies, quietly};
use crate::commit::record::CommitState;
use crate::commit::selection::Selection;
use crate::commit::{self, Recovered, crash};
use crate::error::{ErrorCode, Resolution};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;

/// All that was put back got another time of change by that: a check took it for the host's doing.
#[test]
fn what_was_put_back_beside_a_file_of_the_hosts_is_no_conflict() {
    if !is_inside("taken_back::what_was_put_back_beside_a_file_of_the_hosts_is_no_conflict") {
        return;
    }
    quietly(|| {
        let mut met = 0;
        for point in 0.. {
            let host = "echo f > f; echo g > g";
            let bench = Bench::fast_session(MarkSpace::Trusted, host, "echo ff > f; echo gg > g");
            if !dies(point, || drop(bench.commit().unwrap())) {
                break;
            }
            bench.on_host("[ $(cat g) != gg ] || echo mine >> g");
            let (mut deaths, mut recovered) = (0, Vec::new());
            while point % 2 == 0 && dies(deaths, || recovered = bench.recover()) {
                deaths += 1;
            }
            recovered.extend(bench.recover());
            let told: Vec<_> = recovered.iter().flat_map(|one| one.foreign.clone()).collect();
            if bench.state() == SessionState::Committed || told.is_empty() {
                continue;
            }
            met += 1;
            assert!(told.iter().all(|path| *path == bench.path("g")), "dead at {point}: {told:?}");
            let outcome = bench.commit().unwrap_or_else(|error| panic!("dead at {point}: {error:?}"));
            assert_eq!(outcome.applied, 1, "dead at {point}");
            let kept = recovered.iter().flat_map(|one| one.kept.clone()).next().unwrap();
            let kept = std::str::from_utf8(kept.as_bytes()).unwrap().to_owned();
            bench.on_host(&format!("[ $(cat f) = ff ]; [ \"$(cat g)\" = $'gg\\nmine' ]; grep -rqx g {kept}"));
        }
        assert!(met > 0);
    });
}

fn inodes(tree: &Path) -> HashSet<u64> {
    let mut found = HashSet::new();
    for entry in std::fs::read_dir(tree).unwrap().map(Result::unwrap) {
        let facts = entry.metadata().unwrap();
        match facts.is_dir() {
            true => found.extend(inodes(&entry.path())),
            false => found.extend([facts.ino()]),
        }
    }
    found
}

/// What goes on in the session would go on in the host's file.
#[test]
fn a_name_that_the_host_gave_a_file_of_a_commit_is_not_one_of_the_layers() {
    if !is_inside("taken_back::a_name_that_the_host_gave_a_file_of_a_commit_is_not_one_of_the_layers") {
        return;
    }
    quietly(|| {
        let mut met = [0, 0, 0];
        for point in 0.. {
            let program = "echo ff > f; echo n > n; echo l > l; ln l ll";
            let bench = Bench::fast_session(MarkSpace::Trusted, "echo f > f", program);
            if !dies(point, || drop(bench.commit().unwrap())) {
                break;
            }
            bench.on_host("for name in f n l; do [ ! -e $name ] || ln $name $name.mine; done");
            let before = bench.has();
            bench.recover();
            let layer = if bench.upper.exists() { inodes(&bench.upper) } else { HashSet::new() };
            for (name, met) in ["f", "n", "l"].iter().zip(&mut met) {
                let mine = format!("{name}.mine");
                let Some(was) = before.get(Path::new(&mine)) else { continue };
                let facts = std::fs::metadata(bench.host.join(&mine)).unwrap();
                assert!(!layer.contains(&facts.ino()), "dead at {point}: {mine} is the layer's");
                assert_eq!(bench.has()[Path::new(&mine)].content, was.content, "dead at {point}: {mine}");
                *met += u32::from(was.content.len() > 1 && bench.state() == SessionState::Finished);
            }
        }
        assert!(met.iter().all(|met| *met > 0), "{met:?}");
    });
}

/// A program that has had a file open since before it was replaced is no sign that the host has taken it over now.
#[test]
fn an_undo_that_fails_takes_back_also_what_a_program_has_had_open() {
    if !is_inside("taken_back::an_undo_that_fails_takes_back_also_what_a_program_has_had_open") {
        return;
    }
    let (mut gap, mut met) = (0, 0);
    loop {
        let host = "echo a > a; echo z > z; echo w > w";
        let bench = Bench::fast_session(MarkSpace::Trusted, host, "echo aa > a; echo zz > z; rm w");
        let log = |name: &str| std::fs::File::options().append(true).open(bench.host.join(name)).unwrap();
        let open = [log("z"), log("w")];
        let resolve = [(bench.path("z"), Resolution::Overwrite)].into();
        let selection = Selection { resolve, ..Selection::default() };
        let commit = bench.commit_part(&selection).unwrap().id;
        let (before, meddled_at) = (bench.has(), bench.host.clone());
        crash::interrupt_gap(gap, move || run_in(&meddled_at, "[ $(cat a) != aa ] || echo mine >> a"));
        let outcome = bench.undo(&commit);
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        drop(open);
        if !meddled {
            break;
        }
        gap += 1;
        if let Err(error) = outcome {
            assert_eq!(error.code, ErrorCode::RolledBack, "{gap}: {error:?}");
            assert!(bench.has().keys().eq(before.keys()), "{gap}");
            assert_eq!(std::fs::read(bench.host.join("z")).unwrap(), b"zz\n", "{gap}");
            met += 1;
        }
    }
    assert!(met > 0, "{gap}");
}

/// Returns a bench whose undo was cut off when the host went on in a file that had come back already, the commit that was to be
/// undone, and what its recovery told.
fn overtaken_undo(recover: impl Fn(&Bench) -> Vec<Recovered>) -> (Bench, String, Recovered) {
    let mut found = None;
    quietly(|| {
        for point in 0.. {
            let bench =
                Bench::fast_session(MarkSpace::Trusted, "echo f > f; echo g > g", "echo ff > f; echo gg > g");
            let commit = bench.commit().unwrap().id;
            if !dies(point, || drop(bench.undo(&commit).unwrap())) {
                break;
            }
            bench.on_host("[ $(cat g) != g ] || echo mine >> g");
            let told = recover(&bench).into_iter().find(|one| !one.foreign.is_empty());
            if let Some(told) = told {
                found = Some((bench, commit, told));
                break;
            }
        }
    });
    found.expect("no point of an undo is overtaken")
}

/// Tells whether what an undo took from `g` is still where a person was told that it is.
fn keeps(told: &Recovered) -> bool {
    let entries = told.kept.iter().flat_map(|kept| std::fs::read_dir(kept.as_path()).into_iter().flatten());
    entries.map(Result::unwrap).any(|entry| {
        entry.metadata().is_ok_and(|facts| facts.is_file())
            && std::fs::read(entry.path()).is_ok_and(|content| content == b"gg\n")
    })
}

#[test]
fn what_an_undo_displaced_outlives_the_backup_of_the_commit() {
    if !is_inside("taken_back::what_an_undo_displaced_outlives_the_backup_of_the_commit") {
        return;
    }
    let (bench, commit, told) = overtaken_undo(Bench::recover);
    assert!(keeps(&told), "{told:?}");
    commit::drop(&bench.store, &commit, &Unmonitored).unwrap();
    assert!(keeps(&told), "{told:?}");
    bench.on_host("[ $(cat f) = ff ] && [ \"$(cat g)\" = $'g\\nmine' ]");
}

/// Else the next start would take it all back once more, also what the host has built upon since.
#[test]
fn what_stays_is_told_also_where_there_is_no_room_to_write_it_down() {
    if !is_inside("taken_back::what_stays_is_told_also_where_there_is_no_room_to_write_it_down") {
        return;
    }
    let (bench, commit, told) = overtaken_undo(|bench| {
        for cut_off in bench.store.unsettled_commits().unwrap() {
            let new = commit::commit_dir(&bench.store, &cut_off.id).join("journal.new");
            let _ = std::os::unix::fs::symlink("/dev/full", new);
        }
        bench.recover()
    });
    assert_eq!((told.state, &told.failed), (CommitState::Reverted, &None));
    assert_eq!(told.foreign, bench.paths(&["g"]));
    assert!(keeps(&told), "{told:?}");
    assert!(bench.recover().is_empty());
    commit::drop(&bench.store, &commit, &Unmonitored).unwrap();
    assert!(keeps(&told), "{told:?}");
    bench.on_host("[ $(cat f) = ff ] && [ \"$(cat g)\" = $'g\\nmine' ]");
}
