//! Commits that cannot go through: the host stays as it was, or keeps what somebody else did meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};

use super::bench::{Bench, SESSION, assert_same, is_inside, run_in};
use super::cases::{Case, SYSTEM};
use crate::commit::selection::Selection;
use crate::commit::{self, crash, journal};
use crate::error::{ConflictReason, ErrorCode, Resolution, SeeError};
use crate::layer::MarkSpace;
use crate::monitor::{Monitor, Phase, Unmonitored};
use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::session::SessionState;

/// What the host did meanwhile, after what the SEE did, and why that is a conflict.
struct Clash(&'static str, &'static str, &'static str, Option<(&'static str, ConflictReason)>);

const CLASHES: &[Clash] = &[
    Clash("echo a > f", "echo b > f", "echo c > f", Some(("f", ConflictReason::WriteThenChanged))),
    Clash("echo a > f", "echo b > f", "touch f", Some(("f", ConflictReason::WriteThenChanged))),
    Clash("echo a > f", "echo b > f", "chmod 600 f", Some(("f", ConflictReason::WriteThenChanged))),
    Clash("echo a > f", "echo b > f", "touch -d 2001-01-01 f", Some(("f", ConflictReason::WriteThenChanged))),
    Clash("echo a > f", "echo b > f", "cat f", None),
    Clash("echo a > f", "echo b > f", "echo x > g", None),
    Clash("echo a > f", "echo b > f", "rm f", Some(("f", ConflictReason::NameVanished))),
    Clash("echo a > f", "echo b > f", "mv f g", Some(("f", ConflictReason::NameVanished))),
    Clash("echo a > f", "echo b > f", "rm f; mkdir f", Some(("f", ConflictReason::TypeChanged))),
    Clash("echo a > f", "echo b > f", "echo c > g; mv g f", Some(("f", ConflictReason::NameAppeared))),
    Clash("echo a > f", "rm f", "echo c > f", Some(("f", ConflictReason::WriteThenChanged))),
    Clash("echo a > f", "rm f", "rm f", None),
    Clash("echo a > f", "mv f g", "echo c > f", Some(("g", ConflictReason::ReadThenChanged))),
    Clash("echo a > f", "mv f g", "echo c > g", Some(("g", ConflictReason::NameAppeared))),
    Clash("echo a > f", "ln f g", "echo c > f", Some(("g", ConflictReason::ReadThenChanged))),
    Clash("echo a > f", "chmod 600 f", "echo c > f", Some(("f", ConflictReason::WriteThenChanged))),
    Clash("true", "echo b > n", "echo c > n", Some(("n", ConflictReason::NameAppeared))),
    Clash("true", "echo b > n", "mkdir n", Some(("n", ConflictReason::TypeChanged))),
    Clash("true", "mkdir n; echo b > n/x", "mkdir n", Some(("n", ConflictReason::NameAppeared))),
    Clash("true", "ln -s a n", "ln -s b n", Some(("n", ConflictReason::NameAppeared))),
    Clash(
        "mkdir d; echo a > d/f",
        "rm -r d",
        "echo c > d/f",
        Some(("d/f", ConflictReason::WriteThenChanged)),
    ),
    Clash("mkdir d; echo a > d/f", "rm -r d", "echo c > d/n", Some(("d", ConflictReason::WriteThenChanged))),
    Clash("mkdir d; echo a > d/f", "rm -r d", "rm d/f", Some(("d", ConflictReason::WriteThenChanged))),
    Clash("mkdir d; echo a > d/f", "echo b > d/n", "rm -r d", Some(("d", ConflictReason::NameVanished))),
    Clash("mkdir d", "echo b > d/n", "mv d e; mkdir d", Some(("d/n", ConflictReason::TypeChanged))),
    Clash("mkdir d; echo a > d/f", "echo b > d/n", "echo c > d/m", None),
    Clash("mkdir d; echo a > d/f", "mv d e", "echo c > d/n", Some(("e", ConflictReason::ReadThenChanged))),
];

#[test]
fn what_the_host_did_meanwhile_stops_a_commit() {
    if !is_inside("failures::what_the_host_did_meanwhile_stops_a_commit") {
        return;
    }
    for Clash(host, program, meanwhile, expected) in CLASHES {
        let what = format!("{host} | {program} | {meanwhile}");
        let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
        bench.on_host(meanwhile);
        let (before, layer) = (bench.has(), bench.layer());
        match (bench.commit(), expected) {
            (Ok(_), None) => assert_eq!(bench.state(), SessionState::Committed, "{what}"),
            (Err(error), Some((path, reason))) => {
                assert_eq!(error.code, ErrorCode::Conflicts, "{what}: {error:?}");
                let found: Vec<_> =
                    error.conflicts.iter().map(|c| (c.path.to_host_path().unwrap(), c.reason)).collect();
                assert!(found.contains(&(bench.path(path), *reason)), "{what}: {found:?}");
                assert!(error.conflicts.iter().all(|c| !c.choices.contains(&Resolution::Merge)), "{what}");
                assert_same(&what, &bench.has(), &before);
                assert_same(&what, &bench.layer(), &layer);
                assert_eq!(bench.state(), SessionState::Finished, "{what}");
                assert!(bench.store.commits().unwrap().is_empty(), "{what}");
            }
            (outcome, _) => panic!("{what}: {outcome:?}"),
        }
    }
}

fn resolve(bench: &Bench, path: &str, choice: Resolution) -> Selection {
    Selection { resolve: vec![(bench.path(path), choice)], ..Selection::default() }
}

#[test]
fn what_is_only_tried_leaves_nothing() {
    if !is_inside("failures::what_is_only_tried_leaves_nothing") {
        return;
    }
    // A directory that the session removes or gives another mode must look untouched to the commit that follows.
    let cases = [
        ("mkdir d; echo a > d/f", "echo b > d/f; mkdir n; chmod 700 ."),
        ("mkdir d e; echo a > d/f", "rm -r d; mv e g"),
    ];
    for (host, program) in cases {
        for is_barred in [false, true] {
            let prepare = |room: &std::path::Path| {
                if is_barred {
                    std::fs::write(room, "").unwrap()
                }
            };
            let bench = Bench::apart_with("/dev/shm".as_ref(), MarkSpace::Trusted, host, program, prepare);
            let stamps = || {
                let mut find = std::process::Command::new("find");
                find.arg(&bench.host).args(["-printf", "%p %T@ %C@\\n"]);
                let mut lines: Vec<String> = String::from_utf8(find.output().unwrap().stdout)
                    .unwrap()
                    .lines()
                    .map(str::to_owned)
                    .collect();
                lines.sort();
                lines
            };
            let before = stamps();
            let try_out = || commit::commit(&bench.store, SESSION, &Selection::default(), true, &Unmonitored);
            let tried = try_out();
            assert_eq!(stamps(), before, "{program}: {tried:?}");
            let impatient = Impatient(Phase::Check, AtomicBool::new(false));
            commit::commit(&bench.store, SESSION, &Selection::default(), false, &impatient).unwrap_err();
            assert_eq!(stamps(), before, "{program}");
            let is_possible = tried.is_ok();
            assert_eq!(bench.commit().is_ok(), is_possible, "{program}: a try says what comes of it");
            assert!(is_possible || is_barred);
        }
    }
}

#[test]
fn conflicts_can_be_resolved() {
    if !is_inside("failures::conflicts_can_be_resolved") {
        return;
    }
    let read = |bench: &Bench, path: &str| std::fs::read_to_string(bench.host.join(path)).unwrap();
    let make = || {
        let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f", "echo b > f; echo n > n");
        bench.on_host("echo c > f");
        bench
    };

    let bench = make();
    let outcome = bench.commit_part(&resolve(&bench, "f", Resolution::Skip)).unwrap();
    assert_eq!((outcome.applied, outcome.skipped), (1, 1));
    assert_eq!((read(&bench, "f"), read(&bench, "n")), ("c\n".into(), "n\n".into()));
    assert_eq!(bench.state(), SessionState::Finished);

    let bench = make();
    let outcome = bench.commit_part(&resolve(&bench, "f", Resolution::Overwrite)).unwrap();
    assert_eq!(read(&bench, "f"), "b\n");
    bench.undo(&outcome.id).unwrap();
    assert_eq!(read(&bench, "f"), "c\n");

    let bench = make();
    let outcome = bench.commit_part(&resolve(&bench, "f", Resolution::Both)).unwrap();
    let beside = format!("f.alcatraz-{}", &SESSION[..6]);
    assert_eq!((read(&bench, "f"), read(&bench, &beside)), ("c\n".into(), "b\n".into()));
    bench.undo(&outcome.id).unwrap();
    assert!(!bench.host.join(&beside).exists());

    let bench = make();
    let error = bench.commit_part(&resolve(&bench, "f", Resolution::Merge)).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadRequest);
    let error = bench.commit_part(&resolve(&bench, "nowhere", Resolution::Skip)).unwrap_err();
    assert_eq!(error.code, ErrorCode::NoSuchChange);

    let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f", "echo b > f");
    bench.on_host("rm f");
    bench.commit_part(&resolve(&bench, "f", Resolution::Overwrite)).unwrap();
    assert_eq!(read(&bench, "f"), "b\n");
}

#[test]
fn a_rolled_back_commit_hides_no_conflict() {
    if !is_inside("failures::a_rolled_back_commit_hides_no_conflict") {
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
];

#[test]
fn the_host_may_change_at_any_point_of_a_commit() {
    if !is_inside("failures::the_host_may_change_at_any_point_of_a_commit") {
        return;
    }
    for (host, program, meddling, kept) in MEDDLING {
        let (mut rolled_back, mut point) = (0, 0);
        loop {
            let what = format!("{host} | {program} | {meddling} at {point}");
            let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
            let (before, layer) = (bench.has(), bench.layer());
            let Some(outcome) = meddle(&bench, point, meddling, || bench.commit()) else { break };
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
            point += 1;
        }
        assert!(rolled_back > 0, "{host} | {program} | {meddling}: {point} points");
    }
}

#[test]
fn what_was_only_read_may_not_change_until_the_first_step() {
    if !is_inside("failures::what_was_only_read_may_not_change_until_the_first_step") {
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
fn an_immutable_target_rolls_everything_back() {
    if !is_inside("failures::an_immutable_target_rolls_everything_back") {
        return;
    }
    let bench = Bench::session(
        MarkSpace::Trusted,
        "mkdir a z; echo a > a/f; echo z > z/f; chattr +i z/f",
        "echo b > a/f; echo n > a/n; rm -f z/f || { chattr -i z/f; rm z/f; }",
    );
    let (before, layer) = (bench.has(), bench.layer());
    let outcome = bench.commit();
    let after = bench.has();
    bench.on_host("chattr -i z/f");
    let error = outcome.unwrap_err();
    assert_eq!(error.code, ErrorCode::RolledBack, "{error:?}");
    assert_eq!(error.facts["cause"], "permission-denied");
    assert_same("after the failure", &after, &before);
    assert_same("layer", &bench.layer(), &layer);
    assert_eq!(bench.state(), SessionState::Finished);
}

#[test]
fn a_torn_journal_means_that_nothing_happened() {
    if !is_inside("failures::a_torn_journal_means_that_nothing_happened") {
        return;
    }
    let Case(host, program) = SYSTEM[0];
    let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
    let outcome = bench.commit().unwrap();
    let path = journal::journal_path(&commit::commit_dir(&bench.store, &outcome.id));
    let bytes = std::fs::read(path).unwrap();
    let whole = journal::parse(&bytes).unwrap();
    let steps = whole.steps.as_ref().unwrap().len();
    let (mut planned, mut applied) = (0, 0);
    for length in 0..bytes.len() {
        let torn = journal::parse(&bytes[..length]);
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
        assert_ne!(journal::parse(&damaged), Some(whole.clone()), "byte {place}");
    }
}

#[test]
fn two_commits_at_once_wait_for_each_other() {
    if !is_inside("failures::two_commits_at_once_wait_for_each_other") {
        return;
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f", "echo b > f; mkdir d; echo n > d/n");
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let run = || commit::commit(&bench.store, SESSION, &Selection::default(), false, &Unmonitored);
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let failed: Vec<&SeeError> =
        outcomes.iter().filter_map(|o| o.as_ref().err()).map(AsRef::as_ref).collect();
    assert_eq!(failed.len(), 3, "{outcomes:?}");
    for error in failed {
        assert!(matches!(error.code, ErrorCode::WrongState | ErrorCode::SessionBusy), "{error:?}");
    }
    assert_eq!(std::fs::read_to_string(bench.host.join("f")).unwrap(), "b\n");
}

/// Gives up at the first sign of a phase.
struct Impatient(Phase, AtomicBool);

impl Monitor for Impatient {
    fn progress(&self, phase: Phase, _: u64, _: Option<u64>) {
        if phase == self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.1.load(Ordering::Relaxed)
    }
}

#[test]
fn a_commit_can_be_cancelled_until_it_applies() {
    if !is_inside("failures::a_commit_can_be_cancelled_until_it_applies") {
        return;
    }
    for phase in [Phase::Scan, Phase::Check, Phase::Stage] {
        let bench = Bench::fast_session(
            MarkSpace::Trusted,
            "mkdir d; echo a > f",
            "mv d e; mkdir d; mv e d/e; echo b > f",
        );
        let (before, layer) = (bench.has(), bench.layer());
        let monitor = Impatient(phase, AtomicBool::new(false));
        let error =
            commit::commit(&bench.store, SESSION, &Selection::default(), false, &monitor).unwrap_err();
        assert_eq!(error.code, ErrorCode::Cancelled, "{phase:?}");
        assert_same("host", &bench.has(), &before);
        assert_same("layer", &bench.layer(), &layer);
        assert_eq!(bench.state(), SessionState::Finished);
        bench.commit().unwrap();
    }
}

#[test]
fn undo_needs_the_host_as_the_commit_left_it() {
    if !is_inside("failures::undo_needs_the_host_as_the_commit_left_it") {
        return;
    }
    let cases = [
        ("echo a > f", "echo b > f", "echo c > f", "f"),
        ("echo a > f", "echo n > n", "echo c >> n", "n"),
        ("echo a > f", "echo n > n", "rm n", "n"),
        ("echo a > f", "rm f", "echo c > f", "f"),
        ("echo a > f", "mv f g", "rm g", "g"),
        ("echo a > f", "chmod 600 f", "chmod 640 f", "f"),
        ("true", "mkdir d; echo n > d/n", "echo c > d/m", "d"),
        ("true", "mkdir d; echo n > d/n", "echo c >> d/n", "d/n"),
    ];
    for (host, program, meanwhile, path) in cases {
        let what = format!("{host} | {program} | {meanwhile}");
        let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
        let outcome = bench.commit().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(15));
        bench.on_host(meanwhile);
        let before = bench.has();
        let error = bench.undo(&outcome.id).expect_err(&what);
        assert_eq!(error.code, ErrorCode::Conflicts, "{what}: {error:?}");
        let paths: Vec<HostPath> = error.conflicts.iter().map(|c| c.path.to_host_path().unwrap()).collect();
        assert!(paths.contains(&bench.path(path)), "{what}: {paths:?}");
        assert_same(&what, &bench.has(), &before);
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f", "echo b > f");
    let outcome = bench.commit().unwrap();
    bench.undo(&outcome.id[..6]).unwrap();
    assert_eq!(bench.undo(&outcome.id).unwrap_err().code, ErrorCode::NotUndoable);
    assert_eq!(bench.undo("zzzz").unwrap_err().code, ErrorCode::NoSuchCommit);
}

#[test]
fn a_dropped_commit_cannot_be_undone() {
    if !is_inside("failures::a_dropped_commit_cannot_be_undone") {
        return;
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f", "echo b > f");
    let outcome = bench.commit().unwrap();
    commit::drop(&bench.store, &outcome.id).unwrap();
    assert_eq!(bench.undo(&outcome.id).unwrap_err().code, ErrorCode::NotUndoable);
    assert_eq!(std::fs::read_to_string(bench.host.join("f")).unwrap(), "b\n");
}

#[test]
fn an_aborted_session_leaves_nothing() {
    if !is_inside("failures::an_aborted_session_leaves_nothing") {
        return;
    }
    let bench = Bench::session(
        MarkSpace::Trusted,
        "echo a > f",
        "echo b > f; mkdir -p x/y; echo n > x/y/n; chmod 000 x/y; ln -s / x/l; \
         d=deep; for i in $(seq 300); do mkdir $d; cd $d; done",
    );
    let before = bench.has();
    let victim = bench.dir.path().join("victim");
    std::fs::create_dir(&victim).unwrap();
    std::fs::write(victim.join("canary"), "x").unwrap();
    std::os::unix::fs::symlink(&victim, bench.upper.join("trap")).unwrap();
    run_in(&bench.upper, "mkdir stuck; echo i > stuck/i; chattr +i stuck/i stuck");
    crate::abort::abort(&bench.store, SESSION).unwrap();
    assert_same("host", &bench.has(), &before);
    assert!(victim.join("canary").exists());
    assert!(!bench.upper.exists());
    assert!(bench.store.session(SESSION).unwrap().layers.is_empty());
    assert_eq!(crate::abort::abort(&bench.store, SESSION).unwrap_err().code, ErrorCode::WrongState);
    assert_eq!(bench.commit().unwrap_err().code, ErrorCode::WrongState);
}

#[test]
fn a_full_disk_leaves_the_host_as_it_was() {
    if !is_inside("failures::a_full_disk_leaves_the_host_as_it_was") {
        return;
    }
    let small = tempfile::tempdir().unwrap();
    let flags = rustix::mount::MountFlags::empty();
    rustix::mount::mount("small", small.path(), "tmpfs", flags, c"size=2m").unwrap();
    let program = "echo b > f; head -c 4M /dev/urandom > big";
    let bench = Bench::apart_on(small.path(), MarkSpace::Trusted, "echo a > f", program, false);
    let (before, layer) = (bench.has(), bench.layer());
    let error = bench.commit().unwrap_err();
    assert_eq!(error.code, ErrorCode::DiskFull, "{error:?}");
    assert_same("host", &bench.has(), &before);
    assert_same("layer", &bench.layer(), &layer);
    assert_eq!(bench.state(), SessionState::Finished);
    let part = Selection { skip: bench.paths(&["big"]), ..Selection::default() };
    bench.commit_part(&part).unwrap();
    assert_eq!(std::fs::read_to_string(bench.host.join("f")).unwrap(), "b\n");
    drop(bench);
    rustix::mount::unmount(small.path(), rustix::mount::UnmountFlags::DETACH).unwrap();
}
