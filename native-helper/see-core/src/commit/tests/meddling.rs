//! A host that changes during the commit: at any point of it, and between the last look at something and the step.

use std::cell::Cell;
use std::io::Write as _;
use std::rc::Rc;

use super::bench::{Bench, assert_same, is_inside, run_in};
use super::crashes::{dies, quietly};
use super::decisions::resolve;
use crate::commit::{CommitOutcome, crash};
use crate::error::{ErrorCode, Resolution, Result};
use crate::layer::MarkSpace;
use crate::read_set::access::Access;
use crate::session::SessionState;

#[test]
fn a_rolled_back_commit_hides_no_conflict() {
    if !is_inside("meddling::a_rolled_back_commit_hides_no_conflict") {
        return;
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f; echo a > g", "echo b > f; echo b > g");
    bench.on_host("echo c > f");
    let overwrite = resolve(&bench, "f", Resolution::Overwrite);
    let outcome = meddle(&bench, 8, "echo d > g", || bench.commit_part(&overwrite)).unwrap();
    assert_eq!(outcome.unwrap_err().code, ErrorCode::RolledBack);
    let error = bench.commit().unwrap_err();
    let paths: Vec<_> = error.conflicts.iter().map(|c| c.path.to_host_path().unwrap()).collect();
    assert_eq!(paths, bench.paths(&["f", "g"]));
}

/// Does something on the host when a commit comes to the point with this number.
fn meddle<T>(bench: &Bench, point: u64, script: &str, run: impl FnOnce() -> T) -> Option<T> {
    let (host, script) = (bench.host.clone(), script.to_owned());
    crash::interrupt(point, move || run_in(&host, &script));
    let outcome = run();
    let meddled = !crash::is_uninterrupted();
    crash::survive_all();
    meddled.then_some(outcome)
}

/// Host tree, program, what the host does during the commit, and how one sees that it is not lost.
const MEDDLING: &[(&str, &str, &str, &str)] = &[
    ("echo a > f; echo a > g", "echo b > f; echo b > g", "echo c > g", "grep -q c g"),
    ("echo a > f", "echo b > f; echo b > n", "echo c > n", "grep -q c n"),
    ("echo a > f; mkdir d; echo x > d/x", "echo b > f; rm -r d", "mkdir -p d; echo y > d/y", "grep -q y d/y"),
    (
        "echo a > f; mkdir d; echo x > d/x",
        "echo b > f; rm -r d",
        "mkdir -p d; echo y >> d/x",
        "grep -q y d/x",
    ),
    ("echo a > f; mkdir d", "echo b > f; echo n > d/n", "mv d e; ln -s /var d", "[ -L d ] && [ -d e ]"),
    ("echo a > f; mkdir d", "echo b > f; echo n > d/n", "mv d e; mkdir d", "[ -d d ] && [ -d e ]"),
    ("echo a > f; echo g > g", "echo b > f; mv g h", "echo c > h", "grep -q c h"),
    ("echo a > f; echo g > g", "echo b > f; chmod 600 g", "echo c > g", "grep -q c g"),
    ("echo a > f; echo g > g; ln g ../l", "echo b > f; echo h > g", "echo c > g.t; mv g.t g", "grep -q c g"),
    (
        "echo a > f; mkdir -p p/d; echo x > p/d/x",
        "echo b > f; rm -r p; echo file > p",
        "[ ! -d p ] || { echo y > p/d/x; }",
        "[ ! -d p ] || grep -q y p/d/x",
    ),
    (
        "echo a > f; mkdir -p p/d; echo x > p/d/x",
        "echo b > f; rm -r p; mkdir p",
        "mkdir -p p/d; echo y > p/d/y",
        "grep -q y p/d/y",
    ),
    (
        "echo a > f; mkdir d e; echo x > d/x",
        "echo b > f; mv d/x e/x; rmdir d",
        "mkdir -p d; echo y > d/y",
        "grep -q y d/y",
    ),
    (
        "echo a > f; mkdir -p d/s e; echo x > d/s/x; echo k > d/s/k",
        "echo b > f; mv d/s/x e/x; rm -r d; mkdir d; echo n > d/n",
        "mkdir -p d/s; echo y > d/s/t; mv d/s/t d/s/k",
        "grep -q y d/s/k",
    ),
];

/// Host tree and program of sessions that change `g`, which the host saves anew meanwhile, by a rename over it. Whether the
/// commit can always be taken back in full: not when a name that it needs for that is the host's by then.
const OVERTAKEN: &[(&str, &str, bool)] = &[
    ("echo a > f; echo g > g", "echo b > f; echo h > g", true),
    ("echo a > f; echo g > g", "echo b > f; rm g", true),
    ("echo a > f; echo g > g", "echo b > f; mv g h", true),
    ("echo a > f; echo g > g", "echo b > f; chmod 600 g", true),
    ("echo a > f; echo g > g; echo h > h", "echo b > f; mv g t; mv h g; mv t h", false),
    ("echo a > f; echo g > g; echo h > h", "echo b > f; mv g h", true),
    ("echo a > f; echo g > g; echo h > h", "echo b > f; mv h g", true),
];
const OVERTAKING: &str = "echo c > t; mv t g";

/// Runs a commit during which the host does something, as often as there are moments for it; returns what became of it.
fn meddle_everywhere(
    (host, program, meddling, kept): &(&'static str, &'static str, &'static str, &'static str),
    meddle: impl Fn(&Bench, u64, &str) -> Option<Result<CommitOutcome>>,
) -> (u64, u64) {
    let (mut rolled_back, mut moment) = (0, 0);
    loop {
        let what = format!("{host} | {program} | {meddling} at {moment}");
        let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
        let (before, layer) = (bench.has(), bench.layer());
        let Some(outcome) = meddle(&bench, moment, meddling) else { return (rolled_back, moment) };
        match outcome {
            Ok(_) => assert_eq!(bench.state(), SessionState::Committed, "{what}"),
            Err(error) if error.code == ErrorCode::RolledBack => {
                rolled_back += 1;
                let old = std::fs::read(bench.host.join("f")).unwrap();
                assert_eq!(old, before[std::path::Path::new("f")].content, "{what}");
                assert_same(&what, &bench.layer(), &layer);
                assert_eq!(bench.state(), SessionState::Finished, "{what}");
            }
            Err(error) => assert_eq!(error.code, ErrorCode::RecoveryNeeded, "{what}: {error:?}"),
        }
        run_in(&bench.host, kept);
        moment += 1;
    }
}

#[test]
fn what_comes_into_a_directory_that_goes_stays_and_is_told() {
    if !is_inside("meddling::what_comes_into_a_directory_that_goes_stays_and_is_told") {
        return;
    }
    // Before, between and after the steps that move things out.
    for gap in 0..4 {
        let bench = Bench::fast_session(
            MarkSpace::Trusted,
            "mkdir d e; echo x > d/x; echo z > d/z",
            "mv d/x e/x; mv d/z e/z; rmdir d",
        );
        let outcome = meddle_in_gap(&bench, gap, "echo y > d/y", || bench.commit()).unwrap();
        assert_eq!(outcome.unwrap_err().code, ErrorCode::RolledBack, "{gap}");
        run_in(&bench.host, "grep -q y d/y && grep -q x d/x && [ ! -e e/x ]");
        // That all was put back hides nothing of it from the next check.
        assert_eq!(bench.commit().unwrap_err().code, ErrorCode::Conflicts, "{gap}");
    }
}

#[test]
fn an_undo_takes_nothing_along_that_the_host_has_put_into_a_directory() {
    if !is_inside("meddling::an_undo_takes_nothing_along_that_the_host_has_put_into_a_directory") {
        return;
    }
    let (mut rolled_back, mut gap) = (0, 0);
    loop {
        let bench = Bench::fast_session(
            MarkSpace::Trusted,
            "mkdir e; echo x > e/x",
            "mkdir d; mv e/x d/x; echo n > d/n",
        );
        let commit = bench.commit().unwrap().id;
        let script = "mkdir -p d; echo y > d/y";
        let Some(outcome) = meddle_in_gap(&bench, gap, script, || bench.undo(&commit)) else { break };
        rolled_back += u32::from(outcome.is_err_and(|error| error.code == ErrorCode::RolledBack));
        run_in(&bench.host, "grep -q y d/y");
        gap += 1;
    }
    assert!(rolled_back > 2, "{rolled_back} of {gap}");
}

#[test]
fn the_host_may_change_at_any_point_of_a_commit() {
    if !is_inside("meddling::the_host_may_change_at_any_point_of_a_commit") {
        return;
    }
    for row in MEDDLING {
        let (rolled_back, points) =
            meddle_everywhere(row, |bench, point, script| meddle(bench, point, script, || bench.commit()));
        assert!(rolled_back > 0, "{row:?}: {points} points");
    }
}

#[test]
fn the_host_may_change_between_the_last_look_and_the_step() {
    if !is_inside("meddling::the_host_may_change_between_the_last_look_and_the_step") {
        return;
    }
    for row in MEDDLING {
        let (_, gaps) =
            meddle_everywhere(row, |bench, gap, script| meddle_in_gap(bench, gap, script, || bench.commit()));
        assert!(gaps > 1, "{row:?}");
    }
}

/// Does something on the host in one gap of whatever runs; tells whether that gap came.
fn meddle_in_gap<T>(bench: &Bench, gap: u64, script: &str, run: impl FnOnce() -> T) -> Option<T> {
    let (host, script) = (bench.host.clone(), script.to_owned());
    crash::interrupt_gap(gap, move || run_in(&host, &script));
    let outcome = run();
    let meddled = !crash::is_uninterrupted();
    crash::survive_all();
    meddled.then_some(outcome)
}

#[test]
fn what_the_host_saves_over_a_name_stays_there() {
    if !is_inside("meddling::what_the_host_saves_over_a_name_stays_there") {
        return;
    }
    for (host, program, is_whole) in OVERTAKEN {
        let row = (*host, *program, OVERTAKING, "grep -q c g");
        let (rolled_back, _) = meddle_everywhere(&row, |bench, gap, script| {
            let outcome = meddle_in_gap(bench, gap, script, || bench.commit())?;
            let is_needed = matches!(&outcome, Err(error) if error.code == ErrorCode::RecoveryNeeded);
            assert!(!(is_needed && *is_whole), "{host} | {program} at {gap}: {outcome:?}");
            Some(outcome)
        });
        assert!(rolled_back > 0, "{host} | {program}");
    }
}

#[test]
fn a_recovery_leaves_what_the_host_saved_over_a_name() {
    if !is_inside("meddling::a_recovery_leaves_what_the_host_saved_over_a_name") {
        return;
    }
    // With the gap before the step that takes `g` away.
    let sessions =
        [("echo g > g", "echo h > g", 0), ("echo g > g", "rm g", 0), ("echo g > g; echo h > h", "mv h g", 1)];
    quietly(|| {
        for (host, program, gap) in sessions {
            let (mut point, mut recovered) = (0, 0);
            loop {
                let what = format!("{host} | {program} dead at {point}");
                let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
                let layer = bench.layer();
                let (host, meddled) = (bench.host.clone(), Rc::new(Cell::new(false)));
                let noted = Rc::clone(&meddled);
                crash::interrupt_gap(gap, move || {
                    run_in(&host, OVERTAKING);
                    noted.set(true);
                });
                let died = dies(point, || assert!(bench.commit().is_err()));
                point += 1;
                if !died {
                    break;
                }
                let foreign: Vec<_> = bench.recover().into_iter().flat_map(|one| one.foreign).collect();
                assert!(foreign.is_empty(), "{what}: {foreign:?}");
                assert_same(&what, &bench.layer(), &layer);
                assert_eq!(bench.state(), SessionState::Finished, "{what}");
                if meddled.get() {
                    recovered += 1;
                    run_in(&bench.host, "grep -q c g && { [ ! -e h ] || grep -q h h; }");
                }
            }
            assert!(recovered > 1, "{host} | {program}: {recovered} of {point}");
        }
    });
}

/// A program of the host that opens a file for writing when it is told, and holds it.
#[test]
fn a_file_that_is_opened_for_writing_at_the_last_moment_is_not_replaced() {
    if !is_inside("meddling::a_file_that_is_opened_for_writing_at_the_last_moment_is_not_replaced") {
        return;
    }
    let mut gap = 0;
    let mut refused = 0;
    loop {
        let bench =
            Bench::fast_session(MarkSpace::Trusted, "echo a > f; echo a > g", "echo b > f; echo b > g");
        let (path, held) = (bench.host.join("g"), Rc::new(Cell::new(None)));
        let holder = Rc::clone(&held);
        crash::interrupt_gap(gap, move || {
            holder.set(Some(std::fs::File::options().append(true).open(path).unwrap()));
        });
        let outcome = bench.commit();
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        if !meddled {
            break;
        }
        held.take().unwrap().write_all(b"mine\n").unwrap();
        match outcome {
            // It was opened when the new file was there already.
            Ok(_) => assert_eq!(std::fs::read(bench.host.join("g")).unwrap(), b"b\nmine\n"),
            Err(error) => {
                refused += 1;
                assert_eq!(error.code, ErrorCode::RolledBack, "{error:?}");
                assert_eq!(error.path, Some(bench.path("g").to_ref()));
                assert_eq!(std::fs::read(bench.host.join("g")).unwrap(), b"a\nmine\n");
                assert_eq!(std::fs::read(bench.host.join("f")).unwrap(), b"a\n");
            }
        }
        gap += 1;
    }
    assert!(refused > 0 && gap > refused, "{refused} of {gap}");
}

#[test]
fn what_was_only_read_may_not_change_until_the_first_step() {
    if !is_inside("meddling::what_was_only_read_may_not_change_until_the_first_step") {
        return;
    }
    // What the session saw, and what the host does to that during the commit.
    let cases = [
        ("r", Access::READ, "echo c > r"),
        ("r", Access::READ, "echo c > t; mv t r"),
        ("r", Access::LOOKUP, "rm r"),
        ("none", Access::LOOKUP, "echo c > none"),
        ("d", Access::LIST, "echo c > d/n"),
    ];
    for (path, access, meddling) in cases {
        let (mut refused, mut rolled_back, mut committed, mut point) = (0, 0, 0, 0);
        loop {
            let what = format!("{path} {access:?} | {meddling} at {point}");
            let bench =
                Bench::fast_session(MarkSpace::Trusted, "mkdir d; echo a > r; echo a > f", "echo b > f");
            bench.record(&[(path, access), ("f", Access::TRUNCATE)]);
            let Some(outcome) = meddle(&bench, point, meddling, || bench.commit()) else { break };
            let is_old = std::fs::read(bench.host.join("f")).unwrap() == b"a\n";
            match outcome {
                Ok(_) => committed += 1,
                Err(error) => {
                    assert_eq!(
                        error.path,
                        Some(bench.path(path).to_ref()).filter(|_| error.conflicts.is_empty())
                    );
                    assert!(is_old && committed == 0, "{what}: {error:?}");
                    assert_eq!(bench.state(), SessionState::Finished, "{what}");
                    match error.code {
                        ErrorCode::Conflicts => refused += 1,
                        ErrorCode::RolledBack => rolled_back += 1,
                        _ => panic!("{what}: {error:?}"),
                    }
                }
            }
            point += 1;
        }
        assert!(rolled_back > 3 && committed > 3, "{meddling}: {refused} {rolled_back} {committed}");
    }
}

#[test]
fn marks_are_taken_off_what_left_the_layer_alone() {
    if !is_inside("meddling::marks_are_taken_off_what_left_the_layer_alone") {
        return;
    }
    const MARK: &str = "trusted.overlay.opaque";
    let (mut met, mut gap) = (0, 0);
    loop {
        let bench = Bench::fast_session(MarkSpace::Trusted, "true", "mkdir d; echo x > d/x");
        let (d, e) = (bench.host.join("d"), bench.host.join("e"));
        let theirs = (d.clone(), e.clone());
        crash::interrupt_gap(gap, move || {
            if d.exists() {
                std::fs::rename(&d, &e).unwrap();
                std::fs::create_dir(&d).unwrap();
                rustix::fs::setxattr(&d, MARK, b"y", rustix::fs::XattrFlags::empty()).unwrap();
            }
        });
        let outcome = bench.commit();
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        if !meddled {
            break;
        }
        if theirs.1.exists() {
            met += 1;
            assert_eq!(rustix::fs::getxattr(&theirs.0, MARK, &mut [0; 8]), Ok(1), "{gap}: {outcome:?}");
        }
        gap += 1;
    }
    assert!(met > 0, "{met} of {gap}");
}
