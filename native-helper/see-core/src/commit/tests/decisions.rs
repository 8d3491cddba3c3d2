//! What a person decides: trying out, answers to conflicts, cancelling, undoing, dropping, aborting.

use std::sync::atomic::{AtomicBool, Ordering};

use super::bench::{Bench, SESSION, assert_same, is_inside, run_in, tick};
use crate::cause::SessionCause;
use crate::changes;
use crate::check;
use crate::commit;
use crate::commit::selection::Selection;
use crate::error::{ErrorCode, Resolution, SeeError};
use crate::layer::MarkSpace;
use crate::monitor::{Monitor, Phase, Unmonitored};
use crate::path::HostPath;
use crate::session::SessionState;

pub fn resolve(bench: &Bench, path: &str, choice: Resolution) -> Selection {
    Selection { resolve: [(bench.path(path), choice)].into(), ..Selection::default() }
}

#[test]
fn what_a_session_changes_after_it_was_looked_at_is_not_committed_unseen() {
    if !is_inside("decisions::what_a_session_changes_after_it_was_looked_at_is_not_committed_unseen") {
        return;
    }
    let mut bench =
        Bench::fast_session(MarkSpace::Trusted, "echo a > f; mkdir d", "echo b > f; echo n > d/n");
    let look = |bench: &Bench| {
        let session = bench.store.session(SESSION).unwrap();
        let changes = changes::scan(&session, &Unmonitored).unwrap();
        check::check(&bench.store, &session, &changes, &Selection::default(), &Unmonitored).unwrap().stamp
    };
    let stamp = look(&bench);
    assert_eq!(look(&bench), stamp, "a look changes nothing");
    let of = |stamp: &str| Selection { stamp: Some(stamp.to_owned()), ..Selection::default() };
    let before = bench.has();
    // As long as before, and with the time that it had.
    for more in
        ["touch -r d/n t; echo m > d/n; touch -r t d/n; rm t", "echo e > e", "chmod 600 f", "mkdir d/k"]
    {
        bench.enter(more);
        let error = bench.commit_part(&of(&stamp)).unwrap_err();
        assert_eq!((error.code, error.facts.contains_key("stamp")), (ErrorCode::WrongState, true), "{more}");
        assert_same(more, &bench.has(), &before);
    }
    let seen = bench.seen();
    bench.commit_part(&of(&look(&bench))).unwrap();
    assert_same("committed", &bench.has(), &seen);
}

#[test]
fn what_is_only_tried_leaves_nothing() {
    if !is_inside("decisions::what_is_only_tried_leaves_nothing") {
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
    if !is_inside("decisions::conflicts_can_be_resolved") {
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
fn two_commits_at_once_wait_for_each_other() {
    if !is_inside("decisions::two_commits_at_once_wait_for_each_other") {
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
    if !is_inside("decisions::a_commit_can_be_cancelled_until_it_applies") {
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
    if !is_inside("decisions::undo_needs_the_host_as_the_commit_left_it") {
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
        tick();
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
    if !is_inside("decisions::a_dropped_commit_cannot_be_undone") {
        return;
    }
    let bench = Bench::fast_session(MarkSpace::Trusted, "echo a > f", "echo b > f");
    let outcome = bench.commit().unwrap();
    commit::drop(&bench.store, &outcome.id, &Unmonitored).unwrap();
    assert_eq!(bench.undo(&outcome.id).unwrap_err().code, ErrorCode::NotUndoable);
    assert_eq!(std::fs::read_to_string(bench.host.join("f")).unwrap(), "b\n");
}

#[test]
fn an_aborted_session_leaves_nothing() {
    if !is_inside("decisions::an_aborted_session_leaves_nothing") {
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
fn what_cannot_be_removed_is_told_until_it_can() {
    if !is_inside("decisions::what_cannot_be_removed_is_told_until_it_can") {
        return;
    }
    let bench = Bench::session(MarkSpace::Trusted, "echo a > f", "echo b > f; mkdir held");
    let told = || bench.store.session(SESSION).unwrap();
    run_in(&bench.upper, "mount -t tmpfs none held; echo canary > held/canary");
    assert!(crate::abort::abort(&bench.store, SESSION).is_err());
    assert!(matches!(told().why, Some(SessionCause::NotRemoved { .. })), "{:?}", told().why);
    assert_eq!((told().state, told().layers.len()), (SessionState::Aborted, 1));
    assert!(bench.upper.join("held/canary").exists(), "nothing is removed across a mount");
    // As versions before have said it.
    let why = "what it wrote could not be removed: A file is busy. It is tried again at the next start.";
    let said = SessionCause::Said { why: why.to_owned() };
    bench.store.set_why(SESSION, &said).unwrap();
    bench.recover();
    assert!(matches!(told().why, Some(SessionCause::NotRemoved { .. })), "{:?}", told().why);
    bench.store.set_why(SESSION, &said).unwrap();
    run_in(&bench.upper, "umount held");
    bench.recover();
    assert_eq!((told().why, told().layers.len()), (None, 0));
    assert!(!bench.upper.exists());
}
