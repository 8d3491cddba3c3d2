//! Every kind of change on every kind of host object: after the commit the host is what the SEE saw, after the undo
//! what it was before, after the redo what the SEE saw again.

use super::bench::{Bench, assert_same, is_inside};
use crate::layer::MarkSpace;
use crate::session::SessionState;

/// Host tree and program.
pub struct Case(pub &'static str, pub &'static str);

pub const SYSTEM: &[Case] = &[
    Case("mkdir d; echo old > d/f", "echo new > d/f"),
    Case("mkdir d", "echo new > d/f"),
    Case("mkdir d; echo old > d/f", "rm d/f"),
    Case("mkdir d; echo old > d/f", "mv d/f d/g"),
    Case("mkdir d; echo old > d/f", "mv d/f d/g; echo more >> d/g"),
    Case("mkdir d; echo old > d/f; echo two > d/g", "mv d/f d/g"),
    Case("mkdir d; echo old > d/f; echo two > d/g", "mv d/f d/t; mv d/g d/f; mv d/t d/g"),
    Case("mkdir d; echo a > d/a; echo b > d/b; echo c > d/c", "mv d/c d/x; mv d/b d/c; mv d/a d/b"),
    Case("mkdir d; echo old > d/f", "chmod 600 d/f"),
    Case("mkdir d; echo old > d/f", "chown 12:13 d/f; chmod 4755 d/f"),
    Case("mkdir d; echo old > d/f", "setfattr -n user.tag -v hello d/f"),
    Case("mkdir d; echo old > d/f; setfattr -n user.tag -v hello d/f", "setfattr -x user.tag d/f"),
    Case("mkdir d; echo old > d/f", "touch -d '2001-02-03 04:05:06' d/f"),
    Case("mkdir -m 755 d; echo old > d/f", "chmod 700 d; chown 5:6 d"),
    Case("mkdir d", "mkdir -p d/a/b/c; echo x > d/a/b/c/f; echo y > d/a/g; chmod 500 d/a/b"),
    Case("mkdir -p d/a/b; echo x > d/a/b/f; echo y > d/a/g", "rm -r d/a"),
    Case("mkdir -p d/a/b; echo x > d/a/b/f; echo y > d/a/g", "mv d/a d/z"),
    Case(
        "mkdir -p d/a/b; echo x > d/a/b/f; echo y > d/a/g",
        "mv d/a d/z; echo new > d/z/b/f; rm d/z/g; echo n > d/z/n",
    ),
    Case("mkdir -p d/a/b; echo x > d/a/b/f", "mv d/a/b d/c; mv d/a d/c/a"),
    Case("mkdir -p d/a d/b; echo x > d/a/f; echo y > d/b/g", "mv d/a d/t; mv d/b d/a; mv d/t d/b"),
    Case("mkdir -p d/a; echo x > d/a/f", "rm -r d/a; mkdir d/a; echo y > d/a/g"),
    Case(
        "mkdir -p d/a; echo x > d/a/f; echo k > d/a/same",
        "rm -r d/a; mkdir d/a; echo k > d/a/same; echo y > d/a/g",
    ),
    Case("mkdir -p d/a/k; echo x > d/a/k/f", "mv d/a/k d/k; rm -r d/a; mkdir d/a; mv d/k d/a/k"),
    Case(
        "mkdir -p d/a/k; echo x > d/a/k/f; echo s > d/a/s",
        "mv d/a/k d/k; rm -r d/a; mkdir d/a; mv d/k d/a/k; echo s > d/a/s",
    ),
    Case("mkdir -p d/a; echo x > d/a/f", "mkdir d/new; mv d/a d/new/a; echo y > d/new/g"),
    Case("mkdir -p d/a; echo x > d/a/f", "mv d/a d/b; mkdir d/a; echo y > d/a/g"),
    Case("mkdir -p d/a; echo x > d/a/f", "mv d/a/f d/f; rmdir d/a"),
    Case("mkdir -p d/a; echo x > d/a/f", "rm -r d/a; echo file > d/a"),
    Case("mkdir d; echo x > d/a", "rm d/a; mkdir d/a; echo y > d/a/g"),
    Case("mkdir d; echo x > d/a", "rm d/a; ln -s /etc/passwd d/a"),
    Case("mkdir d; ln -s nowhere d/a", "rm d/a; echo x > d/a"),
    Case("mkdir d; ln -s nowhere d/a", "ln -sfn elsewhere d/a"),
    Case("mkdir d; ln -s nowhere d/a", "mv d/a d/b"),
    Case("mkdir d; ln -s nowhere d/a", "rm d/a"),
    Case("mkdir d; ln -s nowhere d/a", "chown -h 7:8 d/a"),
    Case("mkdir d; ln -s nowhere d/a", "chown -h 7:8 d/a; mv d/a d/b"),
    Case("mkdir d; echo x > d/f", "chmod 600 d/f; mv d/f d/g"),
    Case("mkdir d; echo x > d/f; ln d/f d/g", "chmod 600 d/f; chmod 640 d/g"),
    Case("mkdir d; echo x > d/f; ln d/f d/g", "chmod 600 d/f; chmod 640 d/g; mv d/f d/h; ln d/g d/i"),
    Case("mkdir d; echo x > d/f; ln d/f d/g", "echo y > d/f; chmod 640 d/g"),
    Case("mkdir d", "mkfifo -m 640 d/p; ln -s ../x d/l; chown -h 3:4 d/l; mknod d/c c 1 3"),
    Case("mkdir d; mkfifo d/p", "rm d/p"),
    Case("mkdir d; mkfifo d/p", "mv d/p d/q"),
    Case("mkdir d; mkfifo d/p", "chmod 600 d/p"),
    Case("mkdir d; mkfifo d/p", "rm d/p; echo x > d/p"),
    Case("mkdir d; echo x > d/p", "rm d/p; mkfifo d/p"),
    Case("mkdir d; echo x > d/f; ln d/f d/g", "rm d/g"),
    Case("mkdir d; echo x > d/f; ln d/f ../f", "echo y > d/f; chmod 640 d/f"),
    Case("mkdir -p d/a; echo x > d/a/f; ln d/a/f ../f", "mv d/a d/b; echo longer >> d/b/f"),
    Case("mkdir d; echo x > d/f; ln d/f ../f", "echo y >> d/f; ln d/f d/g"),
    Case("mkdir d; echo x > d/f; ln d/f d/g", "echo y > d/f; echo z > d/g"),
    Case("mkdir d; echo x > d/f; ln d/f ../f", "mv d/f d/g; echo y > d/g"),
    Case("mkdir d; echo x > d/f", "ln d/f d/g"),
    Case("mkdir d; echo x > d/f", "echo y >> d/f; ln d/f d/g"),
    Case("mkdir d; echo x > d/f", "ln d/f d/g; chmod 600 d/g"),
    Case("mkdir d; echo x > d/f", "ln d/f d/g; rm d/f"),
    Case("mkdir d; echo x > d/f; echo y > d/g", "ln -f d/f d/g"),
    Case("mkdir d; echo x > d/f", "mv d/f d/g; ln d/g d/h"),
    Case("mkdir d", "echo x > d/f; ln d/f d/g; mkdir d/s; ln d/f d/s/h"),
    Case("mkdir d", "mkdir d/s; echo x > d/s/f; ln d/s/f d/s/g"),
    Case("mkdir d; truncate -s 1M d/sparse; echo x >> d/sparse", "echo y >> d/sparse; chmod 640 d/sparse"),
    Case("mkdir d", "touch d/$'new\\nline' d/$'\\xff\\xfe' d/$'\\e[31m' d/' ' d/-rf"),
    Case("mkdir d; touch d/$'new\\nline' d/$'\\xff'", "mv d/$'\\xff' d/$'\\xfe'; rm d/$'new\\nline'"),
    Case(
        "mkdir d; echo x > d/f",
        "cp /bin/true d/t; chmod 6755 d/t; cp /bin/true d/u; setcap cap_net_raw+ep d/u",
    ),
    Case(
        "mkdir d; cp /bin/true d/t; setcap cap_net_raw+ep d/t",
        "setcap cap_chown+ep d/t; chown 12 d; mv d/t d/u",
    ),
    Case("mkdir d; cp /bin/true d/t; chmod 6755 d/t", "chown 12:13 d/t; chmod 6755 d/t"),
    Case(
        "mkdir d; cp /bin/true d/t; chown 12:13 d/t; chmod 6755 d/t; setcap cap_chown+ep d/t; setfattr -n user.a -v 1 d/t",
        "chown 14:15 d/t; chmod 6711 d/t; setfattr -n user.b -v 2 d/t; setfattr -x user.a d/t",
    ),
    Case(
        "mkdir d; echo x > d/f",
        "setfacl -m u:12:rw,g:13:r d/f; setfacl -d -m u:12:rwx d; setfacl -m u:14:rx d",
    ),
    Case(
        "mkdir d; echo x > d/f; setfacl -m u:12:rw d/f d; setfacl -d -m u:12:rwx d",
        "setfacl -b d/f d; echo y > d/g",
    ),
    Case("mkdir d; setfacl -d -m u:12:rwx d", "mkdir d/a; echo y > d/a/g; echo z > d/h"),
    Case(
        "mkdir d",
        "cd d; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'; chmod 600 s",
    ),
    Case("cd .; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s\")'", "mv s t"),
    Case(
        "mkdir d; truncate -s 8M d/sparse; echo x >> d/sparse",
        "mv d/sparse d/moved; printf y | dd of=d/moved bs=1 seek=4M conv=notrunc status=none",
    ),
    Case("mkdir d; echo x > d/f", "rm -r d"),
    Case(
        "mkdir -p d/a/b/c d/e; echo x > d/a/b/c/f",
        "mv d/a/b/c d/e/c; rm -r d/a; mkdir -p d/a/b; mv d/e d/a/b/e",
    ),
    Case("echo x > f", "chmod 700 .; echo y > g"),
    Case("mkdir d; echo x > d/f", "true"),
    Case("mkdir d; echo x > d/f", "chmod 600 d/f; chmod 644 d/f"),
];

pub fn round_trip(cases: &[Case], make: impl Fn(&'static str, &'static str) -> Bench) {
    let mut failures = String::new();
    for case in cases {
        let run = std::panic::AssertUnwindSafe(|| one_round_trip(case, make(case.0, case.1)));
        if let Err(cause) = std::panic::catch_unwind(run) {
            let text = cause.downcast_ref::<String>().cloned().unwrap_or_default();
            failures += &format!("{text}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn one_round_trip(Case(host, program): &Case, mut bench: Bench) {
    let what = format!("{host} | {program}");
    let (before, seen) = (bench.has(), bench.seen());
    let committed = bench.commit().unwrap_or_else(|e| panic!("{what}: {e:?}"));
    assert_eq!(bench.state(), SessionState::Committed, "{what}");
    assert!(!bench.upper.exists(), "{what}");
    if committed.applied == 0 {
        return assert_same(&format!("no change: {what}"), &bench.has(), &before);
    }
    assert_same(&format!("commit of {what}"), &bench.has(), &seen);
    assert_eq!(committed.differing, [], "{what}");
    let undone = bench.undo(&committed.id).unwrap_or_else(|e| panic!("undo of {what}: {e:?}"));
    assert_same(&format!("undo of {what}"), &bench.has(), &before);
    let redone = bench.undo(&undone.id).unwrap_or_else(|e| panic!("redo of {what}: {e:?}"));
    assert_same(&format!("redo of {what}"), &bench.has(), &seen);
    for id in [&committed.id, &undone.id, &redone.id] {
        super::super::drop(&bench.store, id, &crate::monitor::Unmonitored).unwrap();
    }
    assert_same(&format!("drop after {what}"), &bench.has(), &seen);
    let left = std::fs::read_dir(bench.store.root().join("commits")).unwrap().count();
    assert_eq!(left, 1, "only the lock stays: {what}");
    let find = std::process::Command::new("find").arg(&bench.host).args(["-name", ".alcatraz-*"]).output();
    let ours = String::from_utf8(find.unwrap().stdout).unwrap();
    assert!(ours.lines().all(|line| line.ends_with(bench.store.id())), "{ours} stays: {what}");
}

#[test]
fn round_trips_in_system_mode() {
    if is_inside("cases::round_trips_in_system_mode") {
        round_trip(SYSTEM, |host, program| Bench::session(MarkSpace::Trusted, host, program));
    }
}

#[test]
fn round_trips_to_another_file_system() {
    if is_inside("cases::round_trips_to_another_file_system") {
        round_trip(SYSTEM, |host, program| Bench::apart(MarkSpace::Trusted, host, program, false));
    }
}

#[test]
fn round_trips_where_there_is_no_room() {
    if is_inside("cases::round_trips_where_there_is_no_room") {
        // The top of the mount is closed to us, so nothing there changes either.
        let below = |case: &&Case| case.0.starts_with("mkdir") && !case.1.ends_with("rm -r d");
        let cases: Vec<Case> = SYSTEM.iter().filter(below).map(|case| Case(case.0, case.1)).collect();
        assert!(cases.len() > 50);
        round_trip(&cases, |host, program| Bench::apart(MarkSpace::Trusted, host, program, true));
    }
}

#[test]
fn round_trips_with_marks_of_user_mode() {
    if is_inside("cases::round_trips_with_marks_of_user_mode") {
        // Without redirects a directory of the host cannot be renamed: `mv` copies it then, and so does this.
        round_trip(SYSTEM, |host, program| Bench::fast_session(MarkSpace::User, host, program));
    }
}

#[test]
fn another_name_of_a_pipe_can_be_taken_back_in_user_mode() {
    if !is_inside("cases::another_name_of_a_pipe_can_be_taken_back_in_user_mode") {
        return;
    }
    // The layer cannot tell that it began as the host's: the new names are one new pipe.
    let mut bench = Bench::fast_session(MarkSpace::User, "mkdir d; mkfifo d/p", "ln d/p d/q; ln d/q d/r");
    let (before, seen) = (bench.has(), bench.seen());
    let committed = bench.commit().unwrap();
    let after = bench.has();
    assert!(after.keys().eq(seen.keys()));
    assert_eq!(after[std::path::Path::new("d/r")].first_name, std::path::Path::new("d/q"));
    let undone = bench.undo(&committed.id).unwrap();
    assert_same("undo", &bench.has(), &before);
    bench.undo(&undone.id).unwrap();
    assert_same("redo", &bench.has(), &after);
}

#[test]
fn what_a_commit_does_to_the_other_names_of_a_file_is_nobody_elses_work() {
    if !is_inside("cases::what_a_commit_does_to_the_other_names_of_a_file_is_nobody_elses_work") {
        return;
    }
    for program in ["echo y >> f; mv g h", "chown 33 f; mv g h", "echo y >> f; ln g h"] {
        let bench = Bench::fast_session(MarkSpace::Trusted, "echo x > f; ln f g", program);
        assert_eq!(bench.commit().unwrap().differing, [], "{program}");
    }
}

#[test]
fn a_directory_that_was_moved_over_an_empty_one() {
    if !is_inside("cases::a_directory_that_was_moved_over_an_empty_one") {
        return;
    }
    let mut bench =
        Bench::fast_session(MarkSpace::Trusted, "mkdir -p d/a d/b; echo x > d/a/f", "mv -T d/a d/b");
    let (before, seen) = (bench.has(), bench.seen());
    let outcome = bench.commit().unwrap();
    assert_same("commit", &bench.has(), &seen);
    let undone = bench.undo(&outcome.id).unwrap();
    assert_same("undo", &bench.has(), &before);
    bench.undo(&undone.id).unwrap();
    assert_same("redo", &bench.has(), &seen);
}
