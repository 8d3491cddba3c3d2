//! What the host did between the session and the commit: a conflict with its reason, or none, and nothing changes.

use super::bench::{Bench, assert_same, is_inside, tick};
use crate::error::{ConflictReason, ErrorCode, Resolution};
use crate::interpose::rehearsal::Rehearsal;
use crate::layer::MarkSpace;
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
    if !is_inside("clashes::what_the_host_did_meanwhile_stops_a_commit") {
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

/// A session that has looked at `b`, what it does there when the host has put another directory, or file, in its place, and
/// where that is a conflict. What holds without a record holds with one.
const SWAPPED: &[(&str, Option<&str>)] = &[
    ("echo more >> b/f", Some("b/f")),
    ("echo more > b/f", Some("b/f")),
    ("sed -i s/old/other/ b/f", Some("b/f")),
    ("rm b/f", Some("b/f")),
    ("chmod 600 b/f", Some("b/f")),
    ("chmod 700 b", Some("b")),
    ("touch -d 2001-01-01 b/f", Some("b/f")),
    ("echo more >> b/c/g", Some("b/c/g")),
    ("rm -r b/c", Some("b/c")),
    ("echo z > b/z", None),
];

#[test]
fn what_was_done_in_another_directory_than_the_host_has_now_is_not_committed() {
    if !is_inside("clashes::what_was_done_in_another_directory_than_the_host_has_now_is_not_committed") {
        return;
    }
    for marks in [MarkSpace::Trusted, MarkSpace::User] {
        for (program, expected) in SWAPPED {
            let mut bench = Bench::on(
                std::path::Path::new("/dev/shm"),
                marks,
                "mkdir -p b/c n/c; echo old > b/f; echo new > n/f; echo old > b/c/g; echo new > n/c/g",
            );
            bench.begin();
            bench.mount();
            bench.run("cat b/f b/c/g > /dev/null; ls -R b > /dev/null");
            bench.on_host("mv b b.old; mv n b");
            bench.run(program);
            bench.unmount();
            let before = bench.has();
            match (bench.commit(), expected) {
                (Ok(_), None) => bench.on_host("[ $(cat b/f) = new ]; [ $(cat b/z) = z ]"),
                (Err(error), Some(path)) => {
                    assert_eq!(error.code, ErrorCode::Conflicts, "{marks:?} {program}: {error:?}");
                    let paths: Vec<_> =
                        error.conflicts.iter().map(|c| c.path.to_host_path().unwrap()).collect();
                    assert!(paths.contains(&bench.path(path)), "{marks:?} {program}: {paths:?}");
                    assert_same(program, &bench.has(), &before);
                }
                (outcome, _) => panic!("{marks:?} {program}: {outcome:?}"),
            }
        }
    }
}

/// What a session takes away: in which mounting, and whether before the host puts another directory there.
#[test]
fn what_was_taken_away_counts_in_the_directory_that_was_there_then() {
    if !is_inside("clashes::what_was_taken_away_counts_in_the_directory_that_was_there_then") {
        return;
    }
    // What is done in turns, whether it is committed.
    let stories = [
        ("own host again remove", true),
        ("own remove host again", false),
        ("own remove again host", false),
        ("own again host remove", false),
    ];
    for (story, goes) in stories {
        let mut bench = Bench::on(
            std::path::Path::new("/var/tmp"),
            MarkSpace::Trusted,
            "mkdir b n; echo old > b/f; echo new > n/f",
        );
        bench.begin();
        for step in story.split(' ') {
            match step {
                "own" => bench.enter("echo own > b/own"),
                "remove" => bench.enter("rm b/f"),
                "host" => bench.on_host("mv b b.old; mv n b"),
                _ => bench.mounts_again(),
            }
        }
        match bench.commit() {
            Ok(_) => bench.on_host("[ ! -e b/f ]; [ $(cat b.old/f) = old ]; [ $(cat b/own) = own ]"),
            Err(error) => {
                assert_eq!(error.code, ErrorCode::Conflicts, "{story}: {error:?}");
                assert_eq!(error.conflicts[0].path, bench.path("b/f").to_ref(), "{story}");
            }
        }
        assert_eq!(bench.state() == SessionState::Committed, goes, "{story}");
    }
}

/// A directory above a place that a mask keeps out of sight is compared with nothing: another one may be there now, and what is below
/// it looks as old as what the session was in.
#[test]
fn what_was_taken_away_below_a_masked_directory_counts_in_the_one_that_was_there_then() {
    if !is_inside(
        "clashes::what_was_taken_away_below_a_masked_directory_counts_in_the_one_that_was_there_then",
    ) {
        return;
    }
    for is_entered_again in [false, true] {
        let mut bench = Bench::on(
            std::path::Path::new("/var/tmp"),
            MarkSpace::Trusted,
            "mkdir -p c/b n/b; echo old > c/b/f; echo new > n/b/f",
        );
        bench.begin();
        bench.masks("c/key");
        bench.mount();
        bench.run("echo own > c/b/own");
        bench.on_host("mv c c.old; mv n c");
        if is_entered_again {
            bench.unmount();
            bench.mounts_again();
            bench.mount();
        }
        bench.run("rm c/b/f");
        bench.unmount();
        match (bench.commit(), is_entered_again) {
            (Ok(_), true) => bench.on_host("[ ! -e c/b/f ]; [ $(cat c.old/b/f) = old ]"),
            (Err(error), false) => {
                assert_eq!(error.code, ErrorCode::Conflicts, "{error:?}");
                assert_eq!(error.conflicts[0].path, bench.path("c/b/f").to_ref());
                bench.on_host("[ $(cat c/b/f) = new ]");
            }
            (outcome, _) => panic!("{is_entered_again}: {outcome:?}"),
        }
    }
}

/// Versions before did not note what their masks kept out of sight; a directory of a mask has a handle of another kind.
#[test]
fn a_mask_of_a_version_before_makes_no_directory_another_one() {
    if !is_inside("clashes::a_mask_of_a_version_before_makes_no_directory_another_one") {
        return;
    }
    for is_noted in [false, true] {
        let mut bench =
            Bench::on(std::path::Path::new("/var/tmp"), MarkSpace::Trusted, "mkdir c; echo old > c/f");
        bench.begin();
        bench.enter("rm c/f");
        // So that its age does not tell that it was there.
        bench.on_host("echo other > c/g");
        let (copy, mark) = (bench.upper.join("c"), c"trusted.overlay.origin".to_owned());
        let mut origin = crate::overlay_marks::get(&copy, &mark).unwrap().unwrap();
        // The byte that tells how the rest is encoded.
        origin[4] += 1;
        rustix::fs::setxattr(&copy, &mark, &origin, rustix::fs::XattrFlags::empty()).unwrap();
        bench.change_layer(|layer| layer.unnoted_masks = !is_noted);
        match (bench.commit(), is_noted) {
            (Ok(_), false) => bench.on_host("[ ! -e c/f ]"),
            (Err(error), true) => assert_eq!(error.code, ErrorCode::Conflicts, "{error:?}"),
            (outcome, _) => panic!("{is_noted}: {outcome:?}"),
        }
    }
}

/// What the host puts in the place of a symlink that the session has met, and the name by which the session writes blindly then.
const LED_ELSEWHERE: &[(&str, &str, &str)] = &[
    ("rm link; mkdir link; echo mine > link/f", "link/f", "link"),
    ("rm link; mkdir -p link/c; echo mine > link/c/g", "link/c/g", "link"),
    ("rm link; mkdir link", "link/n", "link"),
    ("rm far; mkdir far; echo mine > far/f", "far/f", "far"),
    ("rm file; echo mine > file", "file", "file"),
    ("rm file; mkdir file", "file", "file"),
];

/// The file was written where the symlink had led, and the commit left the host's new one alone: all at once now it would have been
/// written.
#[test]
fn what_was_written_through_a_symlink_that_the_host_has_replaced_is_a_conflict() {
    if !is_inside("clashes::what_was_written_through_a_symlink_that_the_host_has_replaced_is_a_conflict") {
        return;
    }
    for (meanwhile, name, replaced) in LED_ELSEWHERE {
        let mut bench = Bench::on(
            std::path::Path::new("/dev/shm"),
            MarkSpace::Trusted,
            "mkdir -p real/c; echo old > real/f; echo old > real/c/g; ln -s real link; ln -s real/f file; ln -s link far",
        );
        bench.begin();
        bench.mount();
        bench.run("cat link/f link/c/g file far/f > /dev/null");
        bench.on_host(meanwhile);
        tick();
        let mut record = Rehearsal::new(bench.session_layer(), &bench.see);
        record.look(&bench.path(name), Access::TRUNCATE, Access::LOOKUP, true);
        bench.run(&format!("echo new > {name}; [ -L {replaced} ]"));
        bench.unmount();
        bench.keep_record(&record.seen);
        let before = bench.has();
        let error = bench.commit().expect_err(meanwhile);
        assert_eq!(error.code, ErrorCode::Conflicts, "{meanwhile}: {error:?}");
        let paths: Vec<_> = error.conflicts.iter().map(|c| c.path.to_host_path().unwrap()).collect();
        assert!(paths.contains(&bench.path(replaced)), "{meanwhile}: {paths:?}");
        assert_same(meanwhile, &bench.has(), &before);
    }
}
