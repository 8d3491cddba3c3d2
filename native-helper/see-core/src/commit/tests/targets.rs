//! Targets that cannot be what the session wants: the commit is refused with the reason, and the host stays as it was.

use super::bench::{Bench, SESSION, assert_same, is_inside, run_in};
use crate::commit::selection::Selection;
use crate::commit::{self, crash};
use crate::error::{ConflictReason, ErrorCode, Resolution};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::session::SessionState;

/// What comes of a commit that meets a target.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Committed,
    /// Refused before anything was begun, for this path.
    Fixed(&'static str),
    /// Conflicts at just these paths, with these choices each.
    Conflict(&'static [(&'static str, ConflictReason, &'static [Resolution])]),
}

/// Host tree, program, what the host does meanwhile, how that ends, and what comes of it.
struct Target(&'static str, &'static str, &'static str, &'static str, End);

const GONE: ConflictReason = ConflictReason::NameVanished;
const SKIP: &[Resolution] = &[Resolution::Skip];

const FIXED: &[Target] = &[
    Target(
        "mkdir z; echo a > a; echo z > z/f; chattr +a z/f",
        "echo b > a; echo y >> z/f",
        "true",
        "chattr -a z/f",
        End::Fixed("z/f"),
    ),
    // What is made in such a directory cannot be taken away again: nothing may be made before all is sure.
    Target(
        "mkdir z zz; echo a > a; echo z > zz/f; chattr +a z zz/f",
        "echo b > a; echo n > z/n; echo y >> zz/f",
        "true",
        "chattr -a z zz/f",
        End::Fixed("z"),
    ),
    Target(
        "mkdir z; echo a > a; echo z > z/f; chattr +i z/f",
        "echo b > a; rm -f z/f || { chattr -i z/f; rm z/f; }",
        "true",
        "chattr -i z/f",
        End::Fixed("z/f"),
    ),
    Target(
        "mkdir z; echo a > a; echo z > z/f; chattr +i z/f",
        "echo b > a; chattr -i z/f; chmod 600 z/f",
        "true",
        "chattr -i z/f",
        End::Fixed("z/f"),
    ),
    Target(
        "mkdir z; echo a > a; chattr +i z",
        "echo b > a; chattr -i z; echo y > z/f",
        "true",
        "chattr -i z",
        End::Fixed("z"),
    ),
    Target(
        "mkdir -p z/y; echo a > a; echo k > z/y/k; chattr +i z/y",
        "echo b > a; chattr -i z/y; rm -r z",
        "true",
        "chattr -i z/y",
        End::Fixed("z/y"),
    ),
    Target(
        "mkdir z; echo a > a; chattr +i z",
        "echo b > a; chattr -i z; rmdir z",
        "true",
        "chattr -i z",
        End::Fixed("z"),
    ),
];

const COVERED: &[Target] = &[
    Target(
        "echo a > a; echo f > f; echo old > ../old",
        "echo b > a; echo b > f",
        "mount --bind ../old f",
        "umount f",
        End::Conflict(&[("f", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; echo f > f",
        "echo b > a; chmod 600 f",
        "mount --bind f f",
        "umount f",
        End::Conflict(&[("f", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; echo f > f; echo old > ../old",
        "echo b > a; rm f",
        "mount --bind ../old f",
        "umount f",
        End::Conflict(&[("f", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; echo f > f",
        "echo b > a; mv f g",
        "mount --bind f f",
        "umount f",
        End::Conflict(&[("g", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; mkdir z; echo f > z/f",
        "echo b > a; echo n > z/f; echo n > z/n",
        "mount -t tmpfs none z",
        "umount z",
        // What is mounted there has another mode than what it covers.
        End::Conflict(&[("z", GONE, SKIP), ("z/f", GONE, SKIP), ("z/n", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; mkdir -p z/y; echo f > z/y/f",
        "echo b > a; echo n > z/y/f",
        "mount --bind z/y z/y",
        "umount z/y",
        End::Conflict(&[("z/y/f", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; mkdir z; echo f > z/f",
        "echo b > a; rm -r z",
        "mount -t tmpfs none z",
        "umount z",
        End::Conflict(&[("z", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; mkdir z; echo f > z/f",
        "echo b > a; mv z y",
        "mount -t tmpfs none z",
        "umount z",
        End::Conflict(&[("y", GONE, SKIP), ("z", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; mkdir z; echo f > z/f",
        "echo b > a; chmod 700 z",
        "mount -t tmpfs none z",
        "umount z",
        End::Conflict(&[("z", GONE, SKIP)]),
    ),
    Target(
        "echo a > a; mkdir -p z/y; echo f > z/y/f",
        "echo b > a; rm -r z",
        "mount -t tmpfs none z/y",
        "umount z/y",
        End::Conflict(&[("z/y", GONE, SKIP)]),
    ),
];

/// Goes on when the program runs, not when the shell has only been told to start it.
const START: &str = "./f 1000 > /dev/null & echo $! > ../pid; until [ /proc/$!/exe -ef f ]; do :; done";
const STOP: &str = "kill $(cat ../pid)";

const RUNNING: &[Target] = &[
    Target("echo a > a; cp /bin/sleep f", "echo b > a; echo n > f", START, STOP, End::Committed),
    Target("echo a > a; cp /bin/sleep f", "echo b > a; rm f", START, STOP, End::Committed),
    Target(
        "echo a > a; cp /bin/sleep f; ln f ../l",
        "echo b > a; echo n > f",
        START,
        STOP,
        End::Conflict(&[("f", ConflictReason::InUse, &[Resolution::Skip, Resolution::Both])]),
    ),
];

fn meet(Target(host, program, meanwhile, restore, expected): &Target) {
    let what = format!("{host} | {program} | {meanwhile}");
    let mut bench = Bench::session(MarkSpace::Trusted, host, program);
    let seen = bench.seen();
    bench.on_host(meanwhile);
    let (before, layer) = (bench.has(), bench.layer());
    let tried = commit::commit(&bench.store, SESSION, &Selection::default(), true, &Unmonitored);
    let outcome = bench.commit();
    let after = bench.has();
    // As before, whatever comes of the assertions: nothing stays mounted, runs, or cannot be removed.
    bench.on_host(restore);
    assert_eq!(tried.is_ok(), outcome.is_ok(), "a try says what comes of it: {what}");
    let rest = match (outcome, expected) {
        (Ok(_), End::Committed) => return assert_same(&what, &after, &seen),
        (Err(error), End::Fixed(path)) => {
            assert_eq!(error.code, ErrorCode::PermissionDenied, "{what}: {error:?}");
            assert_eq!(error.path, Some(bench.path(path).to_ref()), "{what}");
            let only = Some(bench.paths(&["a"]).into());
            Selection { only, ..Selection::default() }
        }
        (Err(error), End::Conflict(conflicts)) => {
            assert_eq!(error.code, ErrorCode::Conflicts, "{what}: {error:?}");
            let found: Vec<_> =
                error.conflicts.iter().map(|c| (c.path.clone(), c.reason, &*c.choices)).collect();
            let all = conflicts
                .iter()
                .map(|(path, reason, choices)| (bench.path(path).to_ref(), *reason, *choices));
            assert_eq!(found, all.collect::<Vec<_>>(), "{what}");
            // With what goes along with it.
            let tops = conflicts.iter().filter_map(|(path, ..)| path.split('/').next());
            Selection { skip: tops.map(|top| bench.path(top)).collect(), ..Selection::default() }
        }
        (outcome, _) => panic!("{what}: {outcome:?}"),
    };
    assert_same(&what, &after, &before);
    assert_same(&what, &bench.layer(), &layer);
    assert_eq!(bench.state(), SessionState::Finished, "{what}");
    assert!(bench.store.commits().unwrap().is_empty(), "{what}");
    // The rest is committed without it.
    bench.commit_part(&rest).unwrap_or_else(|error| panic!("then: {what}: {error:?}"));
    assert_eq!(std::fs::read(bench.host.join("a")).unwrap(), b"b\n", "{what}");
}

#[test]
fn what_nobody_may_change_stops_a_commit_before_it_begins() {
    if is_inside("targets::what_nobody_may_change_stops_a_commit_before_it_begins") {
        FIXED.iter().for_each(meet);
    }
}

#[test]
fn what_the_host_has_covered_by_a_mount_is_a_conflict() {
    if is_inside("targets::what_the_host_has_covered_by_a_mount_is_a_conflict") {
        COVERED.iter().for_each(meet);
    }
}

#[test]
fn a_program_that_runs_is_replaced_and_never_written_to() {
    if is_inside("targets::a_program_that_runs_is_replaced_and_never_written_to") {
        RUNNING.iter().for_each(meet);
    }
}

/// Starts a program in the background, and waits until the shell's child has become it or is over.
const START_ANYWAY: &str = "./f 1000 > /dev/null 2>&1 & p=$!; echo $p > ../pid; shell=$(readlink /proc/$$/exe); \
    while [ \"$(readlink /proc/$p/exe)\" = \"$shell\" ]; do :; done";

#[test]
fn a_program_may_start_at_any_point_of_a_commit() {
    if !is_inside("targets::a_program_may_start_at_any_point_of_a_commit") {
        return;
    }
    let (mut point, mut rolled_back) = (0, 0);
    loop {
        let bench = Bench::fast_session(
            MarkSpace::Trusted,
            "echo a > a; cp /bin/sleep f; ln f ../l",
            "echo b > a; echo '#!/bin/sh' > f",
        );
        let (before, host) = (bench.has(), bench.host.clone());
        crash::interrupt(point, move || run_in(&host, START_ANYWAY));
        let outcome = bench.commit();
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        if !meddled {
            break;
        }
        let has = bench.has();
        // Started behind the step it ran the new script, which is over already.
        bench.on_host("kill $(cat ../pid) || true");
        if let Err(error) = outcome {
            rolled_back += 1;
            assert!(matches!(error.code, ErrorCode::RolledBack | ErrorCode::Conflicts), "{point}: {error:?}");
            assert_same(&format!("{point}"), &has, &before);
        }
        point += 1;
    }
    assert!(rolled_back > 3 && point > rolled_back, "{rolled_back} of {point}");
}

#[test]
fn a_full_disk_leaves_the_host_as_it_was() {
    if !is_inside("targets::a_full_disk_leaves_the_host_as_it_was") {
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
    let part = Selection { skip: bench.paths(&["big"]).into(), ..Selection::default() };
    bench.commit_part(&part).unwrap();
    assert_eq!(std::fs::read_to_string(bench.host.join("f")).unwrap(), "b\n");
    drop(bench);
    rustix::mount::unmount(small.path(), rustix::mount::UnmountFlags::DETACH).unwrap();
}
