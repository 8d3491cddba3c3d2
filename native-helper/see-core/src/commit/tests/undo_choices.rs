//! An undo where the host changed since: what is left as it is, what is taken back all the same, and what cannot be chosen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::bench::{Bench, assert_same, is_inside};
use crate::change::FileType;
use crate::commit::{Deed, UndoSide, deeds, undo_slice, undo_versions};
use crate::error::{Conflict, ErrorCode, Resolution};
use crate::layer::MarkSpace;
use crate::monitor::Unmonitored;
use crate::path::HostPath;

use Resolution::{Both, Overwrite, Skip};

const HOST: &str = "echo f > f; echo gone > gone; chmod 640 f; ln f ../other; echo m > m";
const PROGRAM: &str =
    "echo new > new; echo more >> m; rm gone; mkdir d; echo x > d/x; echo y > d/y; echo g >> f";

fn conflicts(bench: &Bench, commit: &str) -> Vec<Conflict> {
    let error = bench.undo(commit).unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflicts, "{error:?}");
    error.conflicts
}

fn choices(bench: &Bench, commit: &str, path: &str) -> Vec<Resolution> {
    let wanted = bench.path(path).to_ref();
    let all = conflicts(bench, commit);
    let found = all.iter().find(|conflict| conflict.path == wanted);
    found.unwrap_or_else(|| panic!("{path}: {all:?}")).choices.clone()
}

/// Each time: what the host does after the commit, where the conflict is, and what can be chosen.
#[test]
fn what_can_be_chosen_is_carried_out() {
    if !is_inside("undo_choices::what_can_be_chosen_is_carried_out") {
        return;
    }
    let cases: [(&str, &str, &[Resolution]); 10] = [
        ("echo used >> new", "new", &[Skip, Overwrite]),
        ("echo saved > t; mv t new", "new", &[Skip, Overwrite]),
        ("rm new", "new", &[Skip]),
        ("echo used >> m", "m", &[Skip, Overwrite, Both]),
        ("echo saved > t; mv t m", "m", &[Skip, Overwrite, Both]),
        ("rm m", "m", &[Skip, Overwrite]),
        ("echo mine > gone", "gone", &[Skip, Overwrite, Both]),
        ("mkdir gone; echo z > gone/z", "gone", &[Skip, Both]),
        ("echo used >> d/x", "d/x", &[Overwrite]),
        ("echo used >> f", "f", &[Skip, Overwrite, Both]),
    ];
    for (script, path, expected) in cases {
        for choice in expected {
            let bench = Bench::session(MarkSpace::Trusted, HOST, PROGRAM);
            let before = bench.has();
            let commit = bench.commit().unwrap().id;
            bench.on_host(script);
            assert_eq!(choices(&bench, &commit, path), expected, "{script}");
            let changed = bench.has();
            let outcome = bench.undo_with(&commit, &[(path, *choice)]);
            let outcome = outcome.unwrap_or_else(|error| panic!("{script} {choice:?}: {error:?}"));
            assert_eq!(outcome.skipped, u64::from(*choice == Skip), "{script}");
            let mut wanted = before;
            if *choice == Both {
                let beside = std::path::PathBuf::from(format!("{path}.alcatraz-{}", &commit[..6]));
                let was = wanted.get(std::path::Path::new(path)).cloned().unwrap();
                wanted.insert(beside.clone(), super::bench::Sight { first_name: beside, ..was });
            }
            if *choice != Overwrite {
                wanted.retain(|at, _| !at.starts_with(path));
                wanted.extend(
                    changed
                        .iter()
                        .filter(|(at, _)| at.starts_with(path))
                        .map(|(at, s)| (at.clone(), s.clone())),
                );
            }
            // What is left of the host's own work beside it, and times of directories, are its own.
            let plain = |mut all: std::collections::BTreeMap<std::path::PathBuf, super::bench::Sight>| {
                all.values_mut().for_each(|sight| sight.mtime = (0, 0));
                all
            };
            assert_same(&format!("{script}, {choice:?}"), &plain(bench.has()), &plain(wanted));
            // The undo is a commit like any other: taken back, everything is as it was before it.
            bench.undo(&outcome.id).unwrap_or_else(|error| panic!("redo of {script} {choice:?}: {error:?}"));
            assert_same(&format!("redo of {script}, {choice:?}"), &plain(bench.has()), &plain(changed));
        }
    }
}

/// Names that differ only where they are cut to have room for an ending.
#[test]
fn what_is_kept_beside_has_a_name_of_its_own_however_long_the_names_are() {
    if !is_inside("undo_choices::what_is_kept_beside_has_a_name_of_its_own_however_long_the_names_are") {
        return;
    }
    let [a, b] = ["a", "b"].map(|end| format!("{}{end}", "x".repeat(254)));
    let each = |what: &str| format!("echo {what} >> {a}; echo {what} >> {b}");
    let bench = Bench::fast_session(MarkSpace::Trusted, &each("was"), &each("see"));
    let read_all = || {
        let all = std::fs::read_dir(&bench.host)
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()));
        let mut all: Vec<_> = all.map(Result::unwrap).collect();
        all.sort();
        all
    };
    bench.on_host(&each("host"));
    let both = |path: &String| (bench.path(path), Both);
    let selection = crate::commit::selection::Selection {
        resolve: [&a, &b].map(both).into(),
        ..crate::commit::selection::Selection::default()
    };
    let commit = bench.commit_part(&selection).unwrap().id;
    assert_eq!(read_all(), ["was\nhost\n", "was\nhost\n", "was\nsee\n", "was\nsee\n"]);
    bench.undo(&commit).unwrap();

    let bench = Bench::fast_session(MarkSpace::Trusted, &each("was"), &each("see"));
    let commit = bench.commit().unwrap().id;
    bench.on_host(&each("host"));
    bench.undo_with(&commit, &[(&a, Both), (&b, Both)]).unwrap();
    let names = std::fs::read_dir(&bench.host).unwrap().count();
    assert_eq!(names, 4);
}

/// Each time: what the host does after the commit, where one looks, and the contents before the commit and now.
#[test]
fn the_versions_of_a_contested_place_are_what_was_before_and_what_is_now() {
    if !is_inside("undo_choices::the_versions_of_a_contested_place_are_what_was_before_and_what_is_now") {
        return;
    }
    let cases: [(&str, &str, Option<&str>, Option<&str>); 8] = [
        ("echo used >> new", "new", None, Some("new\nused\n")),
        ("echo used >> m", "m", Some("m\n"), Some("m\nmore\nused\n")),
        ("echo saved > t; mv t m", "m", Some("m\n"), Some("saved\n")),
        ("rm m", "m", Some("m\n"), None),
        ("echo mine > gone", "gone", Some("gone\n"), Some("mine\n")),
        ("echo used >> d/x", "d/x", None, Some("x\nused\n")),
        // Rewritten in place, because it has another name.
        ("echo used >> f", "f", Some("f\n"), Some("f\ng\nused\n")),
        ("true", "d/y", None, Some("y\n")),
    ];
    for (script, path, before, now) in cases {
        let bench = Bench::session(MarkSpace::Trusted, HOST, PROGRAM);
        let commit = bench.commit().unwrap().id;
        let left = std::fs::metadata(bench.host.join(path)).ok().map(|facts| facts.len());
        bench.on_host(script);
        let at = bench.path(path);
        let versions = undo_versions(&bench.store, &commit, &at).unwrap();
        let read = |side| {
            let slice = undo_slice(&bench.store, &commit, &at, side, (0, 100)).ok()?;
            Some(String::from_utf8(BASE64.decode(slice.data).unwrap()).unwrap())
        };
        assert_eq!(read(UndoSide::Before).as_deref(), before, "{script}");
        assert_eq!(read(UndoSide::Now).as_deref(), now, "{script}");
        assert_eq!(versions.before.is_some(), before.is_some(), "{script}");
        assert_eq!(versions.now.is_some(), now.is_some(), "{script}");
        assert_eq!(versions.committed.map(|committed| committed.size), left, "{script}");
    }
}

#[test]
fn versions_are_told_of_what_the_commit_changed_and_of_nothing_else() {
    if !is_inside("undo_choices::versions_are_told_of_what_the_commit_changed_and_of_nothing_else") {
        return;
    }
    let bench = Bench::session(MarkSpace::Trusted, "echo secret > s; echo c > c", "chmod 600 c; echo n > n");
    let commit = bench.commit().unwrap().id;
    let error = undo_versions(&bench.store, &commit, &bench.path("s")).unwrap_err();
    assert_eq!(error.code, ErrorCode::NoSuchChange);
    // A symlink that was put in the way leads nowhere.
    bench.on_host("ln -sf s n");
    let versions = undo_versions(&bench.store, &commit, &bench.path("n")).unwrap();
    assert_eq!(versions.now.map(|now| now.r#type), Some(FileType::Symlink));
    let slice = undo_slice(&bench.store, &commit, &bench.path("n"), UndoSide::Now, (0, 100)).unwrap();
    assert_eq!((slice.size, slice.data.as_str()), (0, ""));
    // Of what only got other permissions, the content is that of now.
    let versions = undo_versions(&bench.store, &commit, &bench.path("c")).unwrap();
    assert_eq!(versions.before.map(|before| before.mode), Some(0o644));
    assert_eq!(versions.now.map(|now| now.mode), Some(0o600));
    bench.undo(&commit).unwrap_err();
}

#[test]
fn a_place_whose_directory_goes_cannot_be_left_alone() {
    if !is_inside("undo_choices::a_place_whose_directory_goes_cannot_be_left_alone") {
        return;
    }
    // The directory is new and its content arrives by itself, because one file is a link to another place.
    let bench = Bench::session(MarkSpace::Trusted, "echo o > o", "mkdir d; mv o d/o; echo x > d/x");
    let commit = bench.commit().unwrap().id;
    bench.on_host("echo used >> d/x");
    assert_eq!(choices(&bench, &commit, "d/x"), [Overwrite]);
    assert_eq!(bench.undo_with(&commit, &[("d/x", Skip)]).unwrap_err().code, ErrorCode::Conflicts);
    bench.undo_with(&commit, &[("d/x", Overwrite)]).unwrap();
    assert!(bench.host.join("o").exists() && !bench.host.join("d").exists());
}

#[test]
fn answers_that_leave_nothing_are_refused() {
    if !is_inside("undo_choices::answers_that_leave_nothing_are_refused") {
        return;
    }
    let bench = Bench::session(MarkSpace::Trusted, "true", "echo new > new");
    let commit = bench.commit().unwrap().id;
    bench.on_host("echo used >> new");
    let error = bench.undo_with(&commit, &[("new", Skip)]).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadRequest, "{error:?}");
    assert_eq!(std::fs::read_to_string(bench.host.join("new")).unwrap(), "new\nused\n");
    assert!(bench.store.commit(&commit).unwrap().is_undoable());
}

/// Each: what the host has, what the program does, and what the commit is said to have done.
#[test]
fn what_a_commit_did_is_told_before_it_is_taken_back() {
    if !is_inside("undo_choices::what_a_commit_did_is_told_before_it_is_taken_back") {
        return;
    }
    let cases = [
        (HOST, PROGRAM, "d created 2|f modified 0|gone deleted 0|m modified 0|new created 0"),
        ("mkdir -p a/b; echo x > a/b/f", "rm -r a; chmod 700 .", "a deleted 2"),
        (
            "mkdir a; echo x > a/f; echo y > b",
            "mv a/f a/g; chmod 600 a/g; mv b c",
            "a/g renamed 0 < a/f|c renamed 0 < b",
        ),
        ("echo x > a; echo y > b", "mv a t; mv b a; mv t b", "a renamed 0 < b|b renamed 0 < a"),
        ("echo x > a; mkdir d", "rm a; mkdir a; touch a/n; rmdir d; ln -s x d", "a replaced 1|d replaced 0"),
        ("echo x > a", "ln a b; chmod 600 a", "a modified 0|b linked 0"),
    ];
    for (host, program, expected) in cases {
        let bench = Bench::session(MarkSpace::Trusted, host, program);
        let commit = bench.commit().unwrap().id;
        let top = bench.path("");
        let told = |commit: &str| {
            let name = |path: &HostPath| String::from_utf8(path.below(&top).unwrap().to_vec()).unwrap();
            let word = |deed: &Deed| {
                let from = deed.from.as_ref().map_or(String::new(), |from| format!(" < {}", name(from)));
                let kind = serde_json::to_value(deed.kind).unwrap();
                format!("{} {} {}{from}", name(&deed.path), kind.as_str().unwrap(), deed.holds)
            };
            let deeds = deeds(&bench.store, commit).unwrap();
            deeds.iter().filter(|deed| deed.path != top).map(word).collect::<Vec<_>>().join("|")
        };
        assert_eq!(told(&commit), expected, "{host} | {program}");
        // An undo is a commit too; without its backup a commit tells nothing.
        let undo = bench.undo(&commit).unwrap().id;
        assert!(!told(&undo).is_empty() && !told(&commit).is_empty());
        crate::commit::drop(&bench.store, &commit, &Unmonitored).unwrap();
        assert_eq!(deeds(&bench.store, &commit).unwrap_err().code, ErrorCode::NotUndoable);
    }
}

/// What can be chosen, and what holds then.
type Choices = &'static [(Resolution, &'static str)];

/// Each: what the host has, what the program does, what the host does after the commit, and where the conflict is.
const DEAD_ENDS: &[(&str, &str, &str, &str, Choices)] = &[
    // The old name of a renamed file was taken again.
    (
        "echo o > o",
        "mv o n; echo x > x",
        "echo mine > o",
        "o",
        &[
            (Skip, "[ $(cat o) = mine ]; [ $(cat n) = o ]; [ ! -e x ]"),
            (Overwrite, "[ $(cat o) = o ]; [ ! -e n ]; [ ! -e x ]"),
        ],
    ),
    (
        "echo o > o",
        "mv o n; echo x > x",
        "mkdir o; echo z > o/z",
        "o",
        &[(Skip, "[ -e o/z ]; [ $(cat n) = o ]; [ ! -e x ]")],
    ),
    // What was renamed is gone, or something else is there.
    ("echo o > o", "mv o n; echo x > x", "rm n", "n", &[(Skip, "[ ! -e o ]; [ ! -e n ]; [ ! -e x ]")]),
    (
        "echo o > o",
        "mv o n; echo x > x",
        "rm n; echo mine > n",
        "n",
        &[(Skip, "[ ! -e o ]; [ $(cat n) = mine ]; [ ! -e x ]")],
    ),
    // Also out of a new directory, which goes or stays by itself.
    (
        "echo o > o",
        "mkdir d; mv o d/o; echo x > x",
        "rm d/o",
        "d/o",
        &[(Skip, "[ ! -e o ]; [ -d d ]; [ ! -e x ]")],
    ),
    (
        "echo o > o",
        "mkdir d; mv o d/o; echo x > x",
        "echo mine > o",
        "o",
        &[
            (Skip, "[ $(cat o) = mine ]; [ $(cat d/o) = o ]; [ ! -e x ]"),
            (Overwrite, "[ $(cat o) = o ]; [ ! -e d ]"),
        ],
    ),
    // Two that changed places: one cannot go back alone.
    (
        "echo a > a; echo b > b",
        "mv a t; mv b a; mv t b; echo x > x",
        "rm b",
        "b",
        &[(Skip, "[ $(cat a) = b ]; [ ! -e b ]; [ ! -e x ]")],
    ),
    (
        "echo a > a; echo b > b; echo c > c",
        "mv c d; mv b c; mv a b; echo x > x",
        "rm d",
        "d",
        &[(Skip, "[ ! -e d ]; [ $(cat c) = b ]; [ $(cat b) = a ]; [ ! -e a ]; [ ! -e x ]")],
    ),
    // A renamed directory, in which things were changed before: what is below it stays with it.
    (
        "mkdir d; echo f > d/f; echo g > d/g",
        "rm d/f; mv d e; echo n > e/n; echo x > x",
        "mkdir d",
        "d",
        &[(Skip, "[ ! -e e/f ]; [ $(cat e/g) = g ]; [ ! -e e/n ]; [ ! -e x ]")],
    ),
    // The directory of what was deleted, or of an old name, is gone, or something else by now.
    (
        "mkdir d; echo f > d/f; echo g > d/g",
        "rm d/f; echo x > x",
        "rm -r d",
        "d/f",
        &[(Skip, "[ ! -e d ]; [ ! -e x ]")],
    ),
    (
        "mkdir d; echo f > d/f; echo g > d/g",
        "rm d/f; echo x > x",
        "rm -r d; echo mine > d",
        "d/f",
        &[(Skip, "[ $(cat d) = mine ]; [ ! -e x ]")],
    ),
    (
        "mkdir d; echo f > d/f; echo g > d/g",
        "mv d/f f; echo x > x",
        "rm -r d",
        "d/f",
        &[(Skip, "[ ! -e d ]; [ $(cat f) = f ]; [ ! -e x ]")],
    ),
    (
        "mkdir d; echo f > d/f",
        "echo ff > d/f; echo x > x",
        "rm -r d",
        "d/f",
        &[(Skip, "[ ! -e d ]; [ ! -e x ]")],
    ),
    // A further name.
    ("echo f > f", "ln f l; echo x > x", "rm l", "l", &[(Skip, "[ ! -e l ]; [ ! -e x ]")]),
    (
        "echo f > f",
        "ln f l; echo x > x",
        "rm l; echo mine > l",
        "l",
        &[(Skip, "[ $(cat l) = mine ]; [ ! -e x ]"), (Overwrite, "[ ! -e l ]; [ ! -e x ]")],
    ),
];

#[test]
fn where_a_name_is_gone_or_taken_there_is_a_choice() {
    if !is_inside("undo_choices::where_a_name_is_gone_or_taken_there_is_a_choice") {
        return;
    }
    for (host, program, meanwhile, path, expected) in DEAD_ENDS {
        for (choice, holds) in *expected {
            let what = format!("{host} | {program} | {meanwhile}: {choice:?}");
            let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
            let commit = bench.commit().unwrap().id;
            bench.on_host(meanwhile);
            let changed = bench.has();
            let offered: Vec<Resolution> = expected.iter().map(|(choice, _)| *choice).collect();
            assert_eq!(choices(&bench, &commit, path), offered, "{what}");
            assert_same(&what, &bench.has(), &changed);
            let outcome = bench.undo_with(&commit, &[(path, *choice)]);
            let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            bench.on_host(&format!("# {what}\n{holds}"));
            bench.undo(&outcome.id).unwrap_or_else(|error| panic!("redo of {what}: {error:?}"));
            let plain = |mut all: std::collections::BTreeMap<std::path::PathBuf, super::bench::Sight>| {
                all.values_mut().for_each(|sight| sight.mtime = (0, 0));
                all
            };
            assert_same(&format!("redo of {what}"), &plain(bench.has()), &plain(changed));
        }
    }
}
