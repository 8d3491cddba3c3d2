//! Discarding: the session shows the host's own objects again, change by change, and what stays is what was there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::bench::{Bench, SESSION, Sight, assert_same, is_inside};
use super::cases::{Case, SYSTEM};
use crate::changes::found::ChangeSet;
use crate::commit::discard::{Outlook, discard, look};
use crate::error::ErrorCode;
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::path::HostPath;
use crate::session::SessionState;

fn scan(bench: &Bench) -> ChangeSet {
    crate::changes::scan(&bench.store.session(SESSION).unwrap(), &Unmonitored).unwrap()
}

fn paths(changes: &ChangeSet) -> Vec<HostPath> {
    changes.found.iter().map(|found| found.change.path.clone()).collect()
}

/// The time of a directory is never a change by itself, nor is that of a file that was written as it had been.
fn without_times(mut sights: BTreeMap<PathBuf, Sight>) -> BTreeMap<PathBuf, Sight> {
    for sight in sights.values_mut() {
        sight.mtime = (0, 0);
    }
    sights
}

/// Discards this path with all that must go along; returns what went.
fn discard_with_needs(bench: &Bench, path: &HostPath, what: &str) -> Vec<HostPath> {
    let mut going = vec![path.clone()];
    for _ in 0..20 {
        match discard(&bench.store, SESSION, &going, None, &Unmonitored) {
            Ok(count) => {
                assert!(count > 0, "{what}");
                return going;
            }
            Err(error) if error.code == ErrorCode::SelectionNeeds => {
                let known = going.len();
                going.extend(error.needs.iter().map(|need| need.needs.to_host_path().unwrap()));
                assert!(going.len() > known, "{what}: {error:?}");
            }
            Err(error) => panic!("{path:?} of {what}: {error:?}"),
        }
    }
    panic!("{path:?} of {what} needs ever more: {going:?}");
}

fn each(make: impl Fn(&'static str, &'static str) -> Bench, check: impl Fn(&str, Bench, &dyn Fn() -> Bench)) {
    each_of(&SYSTEM.iter().collect::<Vec<_>>(), make, check);
}

fn each_of(
    cases: &[&'static Case],
    make: impl Fn(&'static str, &'static str) -> Bench,
    check: impl Fn(&str, Bench, &dyn Fn() -> Bench),
) {
    let mut failures = String::new();
    for Case(host, program) in cases {
        let what = format!("{host} | {program}");
        let again = || make(host, program);
        let outcome =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&what, again(), &again)));
        if let Err(cause) = outcome {
            failures += cause.downcast_ref::<String>().map_or("?", String::as_str);
            failures.push('\n');
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Discards all at once, and then change by change, beginning with each in turn.
fn all_ways(what: &str, mut bench: Bench, again: &dyn Fn() -> Bench) {
    let before = without_times(bench.has());
    let all = paths(&scan(&bench));
    if !all.is_empty() {
        discard(&bench.store, SESSION, &all, None, &Unmonitored).unwrap_or_else(|e| panic!("{what}: {e:?}"));
    }
    assert_eq!(paths(&scan(&bench)), [], "{what}");
    assert_same(what, &without_times(bench.seen()), &before);

    for first in 0..all.len() {
        let mut bench = again();
        let before = without_times(bench.has());
        let mut next = first;
        loop {
            let left = scan(&bench);
            let Some(found) = left.found.get(next.min(left.found.len().saturating_sub(1))) else { break };
            let path = found.change.path.clone();
            let gone = discard_with_needs(&bench, &path, what);
            let stays = |path: &HostPath| !gone.iter().any(|top| path.is_within(top));
            let expected: Vec<HostPath> = paths(&left).into_iter().filter(stays).collect();
            assert_eq!(paths(&scan(&bench)), expected, "{what}, without {gone:?}");
            next = 0;
        }
        assert_same(&format!("{what}, {first} first"), &without_times(bench.seen()), &before);
        assert_same(&format!("host of {what}"), &without_times(bench.has()), &before);
    }
}

#[test]
fn the_hosts_own_shows_again() {
    if is_inside("discards::the_hosts_own_shows_again") {
        each(|host, program| Bench::fast_session(MarkSpace::Trusted, host, program), all_ways);
    }
}

#[test]
fn the_hosts_own_shows_again_in_user_mode() {
    if is_inside("discards::the_hosts_own_shows_again_in_user_mode") {
        // A file that was copied out of a directory which was then made anew: that directory is told only while something of
        // its own is, and comes to light again when the rename is discarded.
        let is_told = |case: &&Case| !case.1.contains("mv d/a d/b; mkdir d/a");
        let cases: Vec<&Case> = SYSTEM.iter().filter(is_told).collect();
        assert_eq!(cases.len(), SYSTEM.len() - 1);
        each_of(&cases, |host, program| Bench::fast_session(MarkSpace::User, host, program), all_ways);
    }
}

#[test]
fn what_stays_can_be_committed() {
    if is_inside("discards::what_stays_can_be_committed") {
        let program = "echo 2 > d/f; rm d/g; mkdir d/n; echo x > d/n/x; chmod 700 d; mv d/h d/i";
        let mut bench =
            Bench::fast_session(MarkSpace::Trusted, "mkdir -m 755 d; echo 1 | tee d/f d/g d/h", program);
        discard(&bench.store, SESSION, &bench.paths(&["d/g", "d/n/x", "d/i"]), None, &Unmonitored).unwrap();
        let seen = bench.seen();
        bench.commit().unwrap();
        assert_same("commit of the rest", &bench.has(), &seen);
        let has = |name: &str| bench.host.join(name).exists();
        assert_eq!(
            [has("d/g"), has("d/n"), has("d/n/x"), has("d/h"), has("d/i")],
            [true, true, false, true, false]
        );
    }
}

#[test]
fn refuses_what_cannot_be() {
    if is_inside("discards::refuses_what_cannot_be") {
        let bench = Bench::fast_session(
            MarkSpace::Trusted,
            "mkdir d; echo 1 > d/f",
            "mkdir n; echo x > n/x; rm -r d",
        );
        let code = |paths: &[&str]| {
            discard(&bench.store, SESSION, &bench.paths(paths), None, &Unmonitored).unwrap_err().code
        };
        assert_eq!(code(&["nowhere"]), ErrorCode::NoSuchChange);
        assert_eq!(code(&["d/f"]), ErrorCode::SelectionNeeds);
        bench.store.move_session(SESSION, &[SessionState::Finished], SessionState::Aborted).unwrap();
        assert_eq!(code(&["n"]), ErrorCode::WrongState);
    }
}

/// What a person decided about goes, but nothing that came since, nor what was written to since.
#[test]
fn what_nobody_has_seen_stays() {
    if is_inside("discards::what_nobody_has_seen_stays") {
        let mut bench = Bench::fast_session(MarkSpace::Trusted, "true", "mkdir d; echo 1 > d/new");
        let d = bench.paths(&["d"]);
        for (more, count) in [("echo late > d/late", 3), ("echo 2 > d/new", 3)] {
            let seen = look(&bench.store, SESSION, &d, &Unmonitored).unwrap();
            bench.enter(more);
            let error = discard(&bench.store, SESSION, &d, Some(&seen.stamp), &Unmonitored).unwrap_err();
            assert_eq!(
                (error.code, error.facts.contains_key("stamp")),
                (ErrorCode::WrongState, true),
                "{more}"
            );
            assert_eq!(paths(&scan(&bench)).len(), count, "{more}");
        }
        let Outlook { count, stamp } = look(&bench.store, SESSION, &d, &Unmonitored).unwrap();
        assert_eq!(count, 3);
        assert_eq!(discard(&bench.store, SESSION, &d, Some(&stamp), &Unmonitored).unwrap(), count);
    }
}
