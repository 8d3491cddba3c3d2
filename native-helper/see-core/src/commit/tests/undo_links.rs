//! Undos of further names of files, and undos of those: no file loses its last name, and no name is given to another file.

use super::bench::{Bench, assert_same, is_inside, run_in};
use crate::commit::journal::{self, Writer};
use crate::commit::places::{Places, Spot};
use crate::commit::step::{Purpose, Step};
use crate::commit::{self, crash};
use crate::error::{ConflictReason, ErrorCode, Resolution};
use crate::layer::MarkSpace;

fn committed(host: &str, program: &str) -> (Bench, String) {
    let bench = Bench::fast_session(MarkSpace::Trusted, host, program);
    let commit = bench.commit().unwrap().id;
    (bench, commit)
}

#[test]
fn the_last_name_of_a_file_comes_back_with_its_content() {
    if !is_inside("undo_links::the_last_name_of_a_file_comes_back_with_its_content") {
        return;
    }
    let (bench, commit) = committed("echo f > f", "ln f l; echo x > x");
    // What bears the other name now is none of its business.
    for meanwhile in ["rm f", "rm -f f; echo other > f"] {
        bench.on_host(meanwhile);
        let changed = bench.has();
        let undo = match bench.store.commit(&commit).unwrap().undone_by {
            None => bench.undo(&commit).unwrap().id,
            Some(redone) => bench.undo(&bench.store.commit(&redone).unwrap().undone_by.unwrap()).unwrap().id,
        };
        bench.on_host("[ ! -e l ] && [ ! -e x ]");
        bench.undo(&undo).unwrap();
        assert_same(meanwhile, &bench.has(), &changed);
        bench.on_host("grep -qx f l");
    }
}

#[test]
fn what_the_host_saves_over_a_further_name_stays_there() {
    if !is_inside("undo_links::what_the_host_saves_over_a_further_name_stays_there") {
        return;
    }
    let (mut rolled_back, mut gap) = (0, 0);
    loop {
        let (bench, commit) = committed("echo f > f", "ln f l; echo x > x");
        let host = bench.host.clone();
        crash::interrupt_gap(gap, move || run_in(&host, "echo mine > t; mv t l"));
        let outcome = bench.undo(&commit);
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        if !meddled {
            break;
        }
        bench.on_host("grep -qx mine l && grep -qx f f");
        if let Err(error) = outcome {
            assert_eq!(error.code, ErrorCode::RolledBack, "{gap}: {error:?}");
            bench.on_host("grep -qx x x");
            rolled_back += 1;
        }
        gap += 1;
    }
    assert!(rolled_back > 0 && gap > 1, "{rolled_back} of {gap}");
}

/// Each: what the program does, whether that is done once more, what the host does then, where, what can be chosen there, and what
/// holds then. The directory, which the host has changed by that, goes whatever is in it.
#[test]
fn what_came_into_a_new_directory_by_itself_is_no_dead_end_when_it_is_gone() {
    if !is_inside("undo_links::what_came_into_a_new_directory_by_itself_is_no_dead_end_when_it_is_gone") {
        return;
    }
    use Resolution::{Overwrite, Skip};
    type Choices = &'static [(Resolution, &'static str)];
    const GONE: &str = "[ ! -e d ]; grep -qx o o; [ ! -e x ]";
    let cases: [(&str, bool, &str, &str, Choices); 4] = [
        (
            "mkdir d; ln o d/l",
            false,
            "rm d/l",
            "d/l",
            &[(Skip, "[ -d d ]; [ ! -e d/l ]; [ ! -e x ]"), (Overwrite, GONE)],
        ),
        (
            "mkdir d; ln o d/l",
            false,
            "rm d/l; echo mine > d/l",
            "d/l",
            &[(Skip, "grep -qx mine d/l; [ ! -e x ]"), (Overwrite, GONE)],
        ),
        ("mkdir d; ln o d/l", true, "rm d/l", "d/l", &[(Overwrite, GONE)]),
        ("mkdir d; mv o d/o; echo y > d/y", false, "rm d/y", "d/y", &[(Overwrite, GONE)]),
    ];
    for (program, again, meanwhile, path, expected) in cases {
        for (choice, holds) in expected {
            let what = format!("{program}, {again} | {meanwhile}: {choice:?}");
            let (bench, mut commit) = committed("echo o > o", &format!("{program}; echo x > x"));
            if again {
                commit = bench.undo(&bench.undo(&commit).unwrap().id).unwrap().id;
            }
            bench.on_host(meanwhile);
            let error = bench.undo(&commit).unwrap_err();
            let wanted = bench.path(path).to_ref();
            let conflict = error.conflicts.iter().find(|one| one.path == wanted);
            let offered: Vec<_> = expected.iter().map(|(choice, _)| *choice).collect();
            assert_eq!(conflict.map(|one| &one.choices), Some(&offered), "{what}: {error:?}");
            let outcome = bench.undo_with(&commit, &[("d", Overwrite), (path, *choice)]);
            let outcome = outcome.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            bench.on_host(&format!("# {what}\n{holds}"));
            bench.undo(&outcome.id).unwrap_or_else(|error| panic!("{what}, then back: {error:?}"));
            bench.on_host(&format!("# {what}, then back\n[ -d d ]; grep -qx x x"));
        }
    }
}

#[test]
fn what_was_changed_below_a_renamed_directory_stays_with_it() {
    if !is_inside("undo_links::what_was_changed_below_a_renamed_directory_stays_with_it") {
        return;
    }
    let (bench, commit) = committed("mkdir d; echo f > d/f", "mv d e; chmod 600 e/f; echo x > x");
    let undo = bench.undo(&commit).unwrap().id;
    bench.on_host("mkdir e; echo mine > e/f");
    let error = bench.undo(&undo).unwrap_err();
    assert_eq!(error.conflicts.len(), 1, "{error:?}");
    let redo = bench.undo_with(&undo, &[("e", Resolution::Skip)]).unwrap();
    bench.on_host("[ $(stat -c %a d/f) = 644 ] && grep -qx mine e/f && grep -qx x x");
    bench.undo(&redo.id).unwrap();
    bench.on_host("[ $(stat -c %a d/f) = 644 ] && grep -qx mine e/f && [ ! -e x ]");
}

/// Puts the journal of an undo as versions before wrote it: they unlinked the name, and kept none in the backup.
fn unlink_as_before(bench: &Bench, undo: &str, (target, at): (&str, &str)) {
    let dir = commit::commit_dir(&bench.store, undo);
    let journal = journal::read(&dir).unwrap().unwrap();
    let places = Places::new(journal.header.bases.clone());
    let (mut steps, mut left) = (journal.steps.unwrap(), journal.left.unwrap());
    for step in &mut steps {
        let Step::Move { from, to, object, purpose: Purpose::Remove } = step.clone() else { continue };
        if places.path(&from) == bench.path(at) {
            std::fs::remove_file(places.path(&to).as_path()).unwrap();
            left.retain(|left| left.at != to);
            let target = Spot { base: from.base, path: commit::bytes::Bytes(target.as_bytes().to_vec()) };
            *step = Step::Unlink { target, at: from, object };
        }
    }
    assert!(steps.iter().any(|step| matches!(step, Step::Unlink { .. })), "{steps:?}");
    let mut writer = Writer::begin(&dir, &journal.header).unwrap();
    writer.plan(&steps, &journal.residue, &journal.holdings).unwrap();
    assert!(writer.applied(&left).is_ok());
}

/// Each: what the program does, which name is the other one's further one, what the host does then, where the conflict is, and what
/// holds when it is left alone.
#[test]
fn an_old_undo_gives_a_further_name_to_no_other_file() {
    if !is_inside("undo_links::an_old_undo_gives_a_further_name_to_no_other_file") {
        return;
    }
    use ConflictReason::{NameAppeared, NameVanished};
    let cases = [
        ("ln o l", ("o", "l"), "true", "", None, "[ o -ef l ]; grep -qx x x"),
        ("ln o l", ("o", "l"), "rm o; echo mine > o", "l", Some(NameVanished), "[ ! -e l ]; grep -qx x x"),
        ("ln o l", ("o", "l"), "rm o", "l", Some(NameVanished), "[ ! -e l ]; grep -qx x x"),
        ("ln o l", ("o", "l"), "echo mine > l", "l", Some(NameAppeared), "grep -qx mine l; grep -qx x x"),
        // The names of a renamed file are in order: the first one is its new one.
        ("mv o m; ln m n", ("m", "n"), "true", "", None, "[ m -ef n ]; [ ! -e o ]"),
        (
            "mv o m; ln m n",
            ("m", "n"),
            "echo mine > m",
            "m",
            Some(NameAppeared),
            "[ ! -e n ]; grep -qx mine m; grep -qx o o; grep -qx x x",
        ),
    ];
    for (program, (target, at), meanwhile, path, reason, holds) in cases {
        let what = format!("{program} | {meanwhile}");
        let (bench, commit) = committed("echo o > o", &format!("{program}; echo x > x"));
        let undo = bench.undo(&commit).unwrap().id;
        unlink_as_before(&bench, &undo, (target, at));
        bench.on_host(meanwhile);
        let changed = bench.has();
        if let Some(reason) = reason {
            let error = bench.undo(&undo).unwrap_err();
            assert_eq!(error.conflicts.len(), 1, "{what}: {error:?}");
            assert_eq!(error.conflicts[0].path, bench.path(path).to_ref(), "{what}");
            assert_eq!(error.conflicts[0].reason, reason, "{what}");
            assert_same(&what, &bench.has(), &changed);
        }
        let redo = bench.undo_with(&undo, &[(path, Resolution::Skip)]);
        let redo = redo.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        bench.on_host(&format!("# {what}\n{holds}"));
        bench.undo(&redo.id).unwrap_or_else(|error| panic!("{what}, then back: {error:?}"));
    }
}

#[test]
fn an_old_undo_gives_a_further_name_to_no_file_that_comes_at_the_last_moment() {
    if !is_inside("undo_links::an_old_undo_gives_a_further_name_to_no_file_that_comes_at_the_last_moment") {
        return;
    }
    let (mut rolled_back, mut gap) = (0, 0);
    loop {
        let (bench, commit) = committed("echo o > o", "ln o l; echo x > x");
        let undo = bench.undo(&commit).unwrap().id;
        unlink_as_before(&bench, &undo, ("o", "l"));
        let host = bench.host.clone();
        crash::interrupt_gap(gap, move || run_in(&host, "echo mine > t; mv t o"));
        let outcome = bench.undo(&undo);
        let meddled = !crash::is_uninterrupted();
        crash::survive_all();
        if !meddled {
            break;
        }
        bench.on_host("grep -qx mine o && ! [ o -ef l ]");
        rolled_back += u32::from(outcome.is_err_and(|error| error.code == ErrorCode::RolledBack));
        gap += 1;
    }
    assert!(rolled_back > 0, "{rolled_back} of {gap}");
}
