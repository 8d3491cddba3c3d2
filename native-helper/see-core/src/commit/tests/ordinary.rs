//! Commits of an ordinary user: no privilege opens what its owner has closed, so the commit must.

use super::bench::{Bench, is_inside_without_privilege};
use super::cases::{Case, SYSTEM, round_trip};
use super::crashes::{commit_dies, quietly, undo_dies};
use super::parts::piece_by_piece;
use crate::layer::MarkSpace;

/// Directories and files that their owner may not write to.
pub const CLOSED: &[Case] = &[
    Case("mkdir d", "mkdir -p d/a/b; echo x > d/a/b/f; chmod 555 d/a/b d/a"),
    Case(
        "mkdir -p d/a/b; echo x > d/a/b/f; chmod 444 d/a/b/f; chmod 555 d/a/b d/a",
        "chmod -R u+w d/a; rm -r d/a",
    ),
    Case(
        "mkdir -p d/a; echo x > d/a/f; chmod 555 d/a",
        "chmod 755 d/a; echo y > d/a/g; rm d/a/f; chmod 555 d/a",
    ),
    Case("mkdir -p d/a; echo x > d/a/f", "echo y > d/a/g; chmod 555 d/a"),
    Case("mkdir -p d/a; echo x > d/a/f; chmod 555 d/a", "chmod 755 d/a; rm -r d/a; echo file > d/a"),
    Case("mkdir d; echo x > d/a", "rm d/a; mkdir d/a; echo y > d/a/g; chmod 555 d/a"),
    Case(
        "mkdir -p d/a; echo x > d/a/f; chmod 555 d/a",
        "chmod 755 d/a; rm -r d/a; mkdir d/a; echo y > d/a/g; chmod 555 d/a",
    ),
    Case("mkdir d; echo x > d/f; ln d/f ../l; chmod 444 d/f", "chmod 644 d/f; echo y > d/f; chmod 444 d/f"),
    Case(
        "mkdir d; echo x > d/f; chmod 444 d/f",
        "chmod 644 d/f; setfattr -n user.tag -v hello d/f; chmod 400 d/f",
    ),
    Case("mkdir d; echo x > d/f; chmod 444 d/f", "chmod 644 d/f; echo y >> d/f; chmod 444 d/f"),
    Case("mkdir d", "mkdir d/a; echo x > d/a/f; ln d/a/f d/g; chmod 555 d/a"),
    Case("mkdir d; echo x > d/f", "chmod 555 d; echo y > g"),
    Case("mkdir d e; echo x > d/f; chmod 555 d", "chmod 755 d; mv d/f e/f; mv d e/d; chmod 555 e/d e"),
    Case(
        "mkdir -p d/a d/b; echo x > d/a/f; chmod 555 d/a d/b",
        "chmod 755 d/a d/b; mv d/a d/t; mv d/b d/a; mv d/t d/b; chmod 555 d/a d/b",
    ),
];

/// Cases that need no privilege, not even other users' ids.
fn open() -> Vec<Case> {
    const PRIVILEGED: [&str; 4] = ["chown", "mknod", "setcap", "setfacl"];
    let is_open =
        |case: &&Case| !PRIVILEGED.iter().any(|word| case.0.contains(word) || case.1.contains(word));
    let cases: Vec<Case> = SYSTEM.iter().filter(is_open).map(|case| Case(case.0, case.1)).collect();
    assert!(cases.len() > 50);
    cases
}

fn make(host: &'static str, program: &'static str) -> Bench {
    Bench::fast_session(MarkSpace::User, host, program)
}

#[test]
fn round_trips_of_an_ordinary_user() {
    if is_inside_without_privilege("ordinary::round_trips_of_an_ordinary_user") {
        round_trip(&open(), make);
    }
}

#[test]
fn closed_directories_open_for_their_owner() {
    if is_inside_without_privilege("ordinary::closed_directories_open_for_their_owner") {
        round_trip(CLOSED, make);
        round_trip(CLOSED, |host, program| Bench::apart(MarkSpace::User, host, program, false));
    }
}

#[test]
fn parts_of_closed_directories_make_the_whole() {
    if is_inside_without_privilege("ordinary::parts_of_closed_directories_make_the_whole") {
        // A file that was moved looks like one that the host has lost, once its old name was committed by itself: an
        // ordinary user's layer cannot tell.
        for case in CLOSED.iter().filter(|case| !case.1.contains("mv d/f e/f")) {
            piece_by_piece(case, make);
        }
    }
}

#[test]
fn a_commit_that_opens_directories_may_die_anywhere() {
    if is_inside_without_privilege("ordinary::a_commit_that_opens_directories_may_die_anywhere") {
        quietly(|| {
            // One of each kind: a tree that goes, entries, what is made anew, a file of several names, a swap.
            for case in [1, 2, 6, 7, 13].into_iter().filter_map(|at| CLOSED.get(at)) {
                assert!(commit_dies(case, &make, false) > 10);
                assert!(undo_dies(case, &make, false) > 10);
            }
        });
    }
}
