//! Commits of a part: what stays in the session is what the user saw there before, and the parts together make the
//! whole.

use super::bench::{Bench, assert_same, is_inside};
use super::cases::{Case, SYSTEM};
use crate::commit::selection::Selection;
use crate::error::ErrorCode;
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::path::HostPath;
use crate::session::SessionState;

/// Commits this path with all that it needs; returns what was taken.
fn commit_with_needs(bench: &Bench, path: &HostPath, what: &str) -> Vec<HostPath> {
    let mut only = vec![path.clone()];
    for _ in 0..20 {
        match bench.commit_part(&Selection { only: Some(only.clone().into()), ..Selection::default() }) {
            Ok(_) => return only,
            Err(error) if error.code == ErrorCode::SelectionNeeds => {
                assert!(!error.needs.is_empty(), "{what}");
                only.extend(error.needs.iter().map(|need| need.needs.to_host_path().unwrap()));
            }
            Err(error) => panic!("{path:?} of {what}: {error:?}"),
        }
    }
    panic!("{path:?} of {what} needs ever more: {only:?}");
}

/// Commits a session change by change, beginning with each in turn, and takes all back.
pub fn piece_by_piece(Case(host, program): &Case, make: impl Fn(&'static str, &'static str) -> Bench) {
    let what = format!("{host} | {program}");
    let bench = make(host, program);
    let session = bench.store.session(super::bench::SESSION).unwrap();
    let changes = crate::changes::scan(&session, &Unmonitored).unwrap();
    let count = changes.found.len();
    drop(bench);
    for first in 0..count {
        let mut bench = make(host, program);
        let (before, seen) = (bench.has(), bench.seen());
        let mut commits = Vec::new();
        let mut next = first;
        while bench.state() == SessionState::Finished {
            let session = bench.store.session(super::bench::SESSION).unwrap();
            let changes = crate::changes::scan(&session, &Unmonitored).unwrap();
            if changes.found.is_empty() {
                bench.commit().unwrap();
                break;
            }
            let path = changes.found[next.min(changes.found.len() - 1)].change.path.clone();
            let taken = commit_with_needs(&bench, &path, &what);
            commits.push(bench.store.commits().unwrap()[0].id.clone());
            if bench.state() == SessionState::Finished {
                assert_same(&format!("view after {taken:?} of {what}"), &bench.seen(), &seen);
            }
            next = 0;
        }
        assert_same(&format!("{what}, {first} first"), &bench.has(), &seen);
        for commit in commits.iter().rev() {
            bench.undo(commit).unwrap_or_else(|e| panic!("undo of a part of {what}: {e:?}"));
        }
        assert_same(&format!("undo of {what}, {first} first"), &bench.has(), &before);
    }
}

#[test]
fn parts_make_the_whole() {
    if is_inside("parts::parts_make_the_whole") {
        let mut failures = String::new();
        for case in SYSTEM {
            let make = |host, program| Bench::fast_session(MarkSpace::Trusted, host, program);
            if let Err(cause) = std::panic::catch_unwind(|| piece_by_piece(case, make)) {
                failures += cause.downcast_ref::<String>().map_or("?", String::as_str);
                failures.push('\n');
            }
        }
        assert!(failures.is_empty(), "{failures}");
    }
}
