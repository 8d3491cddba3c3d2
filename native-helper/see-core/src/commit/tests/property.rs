//! Whatever a program and the host do in turns: a commit that goes through leaves the host as if all of the program
//! had run at once after all of the host; one that is refused leaves the host alone. The model is that very replay,
//! on plain directories.

mod replay;
mod rest;
mod told;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use self::replay::{Replay, Tree, can_be_read, tree};
use self::rest::skip;
use super::bench::{Bench, SESSION, Sight, is_inside, tick};
use super::operations::{Lesson, Operation, operation};
use crate::change::FileType;
use crate::commit::selection::Selection;
use crate::error::{ErrorCode, SeeError};
use crate::interpose::rehearsal::Rehearsal;
use crate::layer::MarkSpace;
use crate::merge::bases::Keeper;
use crate::path::HostPath;
use crate::read_set::entry::Seen;
use crate::session::SessionState;

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Host,
    Session,
}

/// What there is at first, and what happens during the session.
#[derive(Clone, Debug)]
struct Story {
    start: Vec<Operation>,
    then: Vec<(Who, Operation)>,
    /// Whether what the session sees is recorded.
    recorded: bool,
    /// What is committed first, before the rest.
    part: Option<PathBuf>,
}

fn story() -> impl Strategy<Value = Story> {
    let who = prop_oneof![1 => Just(Who::Host), 3 => Just(Who::Session)];
    let quiet = prop::collection::vec((Just(Who::Session), operation()), 1..12);
    let busy = prop::collection::vec((who, operation()), 1..16);
    let then = prop_oneof![1 => quiet.boxed(), 3 => busy.boxed()];
    let part =
        prop::option::of(prop::sample::select(vec!["a", "b", "c", "a/b", "b/a"]).prop_map(PathBuf::from));
    let start = prop::collection::vec(operation(), 0..24);
    (start, then, prop::bool::weighted(0.8), part).prop_map(|(start, then, recorded, part)| Story {
        start,
        then,
        recorded,
        part,
    })
}

/// What was found out by many stories.
#[derive(Debug, Default)]
struct Tally {
    stories: u32,
    committed: u32,
    proven: u32,
    in_parts: u32,
    /// Stories that were refused, without a record and with one.
    refused: [u32; 2],
    /// Those of them where the replay comes to the same.
    needless: [u32; 2],
    /// Refused ones of which the rest was committed, without what conflicted.
    skipped: u32,
}

/// Tells whether one of two paths leads to the other.
fn related(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Tells whether names of one file of the host are several files inside: what one of them shows comes to all of them then.
fn falls_apart(before: &Tree, view: &Tree) -> bool {
    before.iter().any(|(path, sight)| match (view.get(path), view.get(&sight.first_name)) {
        (Some(one), Some(first)) => one.first_name != first.first_name,
        _ => false,
    })
}

/// Tells whether a file of several names was moved away and its name is another's: an ordinary user's layer does not tell where such
/// a file went.
fn displaces_names(before: &Tree, view: &Tree, done: &[(Operation, Option<Lesson>)]) -> bool {
    let moved = done.iter().filter(|(o, _)| matches!(o, Operation::Rename(..) | Operation::Exchange(..)));
    moved.flat_map(|(operation, _)| operation.paths()).any(|path| {
        let names = |sight: &Sight| before.values().filter(|it| it.first_name == sight.first_name).count();
        view.contains_key(path) && before.get(path).is_some_and(|sight| names(sight) > 1)
    })
}

/// Returns what lies at and below a path, without how names share inodes.
fn part(tree: &Tree, top: &Path) -> Tree {
    let within = tree.iter().filter(|(path, _)| path.starts_with(top));
    within
        .map(|(path, sight)| (path.clone(), Sight { first_name: PathBuf::new(), ..sight.clone() }))
        .collect()
}

/// Tells whether something on the way of a path, which is the host's alone, is not what the host has by now: overlayfs goes on
/// showing what it found there, and the record has that of last names only.
fn leads_through_the_past(bench: &Bench, path: &Path) -> bool {
    let kind = |root: &Path, path: &Path| {
        std::fs::symlink_metadata(root.join(path)).ok().map(|facts| facts.file_type())
    };
    path.ancestors()
        .skip(1)
        .any(|way| kind(&bench.upper, way).is_none() && kind(&bench.view, way) != kind(&bench.host, way))
}

fn tell(story: &Story, marks: MarkSpace, tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut bench = Bench::in_memory(marks);
    for operation in &story.start {
        operation.run(&bench.host);
    }
    bench.begin();
    bench.mount();
    let mut record = story.recorded.then(|| Rehearsal::new(bench.session_layer(), &bench.see));
    let mut bases = Keeper::new(&bench.store.session_dir(SESSION));
    let (mut was, mut seen) = (Who::Host, Vec::new());
    let (mut by_host, mut by_session) = (Vec::new(), Vec::new());
    for (who, operation) in &story.then {
        let (root, done) = match who {
            Who::Host => (&bench.host, &mut by_host),
            Who::Session => (&bench.view, &mut by_session),
        };
        if (was, *who) == (Who::Host, Who::Session) {
            tick();
        }
        was = *who;
        if *who == Who::Session && operation.paths().iter().any(|path| leads_through_the_past(&bench, path)) {
            return Err(TestCaseError::reject("what overlayfs remembers is on the way: a known limit"));
        }
        if let Some(record) = record.as_mut().filter(|_| *who == Who::Session) {
            for (path, (file, directory, follows)) in operation.reported(root) {
                let path = bench.path(path.to_str().unwrap());
                record.look(&path, file, directory, follows);
                // As the recorder does it a moment later.
                if let Some(Seen::Object(object)) = record.seen.get(&path).map(|entry| entry.seen) {
                    if file.changes_content() && object.kind == FileType::File {
                        bases.keep(&path, &object);
                    }
                }
            }
        }
        if *who == Who::Session {
            seen.push(operation.sights(root));
        }
        let lesson = operation.run(root);
        if lesson.is_none() && matches!((who, operation), (Who::Session, Operation::RemoveTree(_))) {
            // It may have failed half way, and the model knows no halves.
            return Err(TestCaseError::reject("half a removal"));
        }
        done.push((operation.clone(), lesson));
    }
    if let Some(record) = &record {
        bench.keep_record(&record.seen);
    }
    // A new mount: the one of the session remembers names that the host has changed since.
    bench.unmount();
    bench.mount();
    let is_readable = can_be_read(&bench.view);
    let view = if is_readable { tree(&bench.view) } else { Tree::new() };
    bench.unmount();

    let before = Replay::of(&story.start).then(&by_host).tree();
    prop_assert_eq!(&tree(&bench.host), &before, "the session reached the host");
    let alone = Replay::of(&story.start).then(&by_session).tree();
    let start = Replay::of(&story.start).tree();
    let model = Replay::of(&story.start).then(&by_host).then(&by_session);
    let layer = bench.layer();
    by_host.retain(|(_, lesson)| lesson.is_some());
    let all_of_it = Replay::of(&story.start).then(&by_host).then_all(&by_session, &seen);
    let tried: Vec<PathBuf> = by_session.iter().flat_map(|(o, _)| o.paths()).map(Path::to_owned).collect();
    by_session.retain(|(_, lesson)| lesson.is_some());

    tally.stories += 1;
    if !is_readable {
        // The host has removed what holds the content of a file that the session gave another name or attributes.
        let error = bench.commit().map_err(|error| error.code);
        prop_assert_eq!(error, Err(ErrorCode::Conflicts), "the session's own file is gone");
        prop_assert_eq!(&tree(&bench.host), &before, "a refused commit changed the host");
        return Ok(());
    }
    if let Some(top) = story.part.as_ref().filter(|_| by_host.is_empty() && !falls_apart(&before, &view)) {
        return tell_parts(&mut bench, top, (&before, &view), tally);
    }
    // What the host did last must be no tie with the check.
    tick();
    match bench.commit() {
        Ok(outcome) => {
            tally.committed += 1;
            let after = tree(&bench.host);
            let touched: Vec<&Path> =
                by_session.iter().filter(|(o, _)| o.changes()).flat_map(|(o, _)| o.paths()).collect();
            // What came and went leaves no trace, so nothing speaks for it.
            let lasts = |path: &Path| part(&alone, path) != part(&start, path);
            // A file of several names on the host falls apart inside when more than one of them is changed.
            let of_one = |path: &Path| before.get(path).map(|sight| &sight.first_name);
            let names = before.keys().filter(|name| touched.iter().any(|path| related(name, path)));
            let mut inodes = names.filter(|name| before[*name].kind != 'd').filter_map(|name| of_one(name));
            let mut met = BTreeSet::new();
            let is_whole = inodes.all(|inode| met.insert(inode))
                && (marks == MarkSpace::Trusted || !displaces_names(&before, &view, &by_session));
            // Of a symlink or a special file an ordinary user's layer does not tell whether it began as the host's.
            let is_traceless =
                |path: &&Path| matches!(view.get(*path), Some(sight) if !"fd".contains(sight.kind));
            let is_told =
                marks == MarkSpace::Trusted || by_host.is_empty() || !touched.iter().any(is_traceless);
            for path in touched.iter().copied().filter(|path| is_told && lasts(path)) {
                prop_assert_eq!(part(&after, path), part(&view, path), "the host has not what was seen");
            }
            if touched.iter().all(|path| lasts(path)) && is_whole && is_told {
                tally.proven += 1;
                prop_assert_eq!(&after, &model.tree(), "the host is not what the replay gives");
            }
            prop_assert_eq!(bench.state(), SessionState::Committed);
            if outcome.applied > 0 {
                let undone = bench.undo(&outcome.id).map_err(fail)?;
                prop_assert_eq!(&tree(&bench.host), &before, "the undo does not bring the former state");
                bench.undo(&undone.id).map_err(fail)?;
                prop_assert_eq!(&tree(&bench.host), &after, "the redo does not bring the commit's state");
            }
        }
        Err(error) => {
            prop_assert_eq!(error.code, ErrorCode::Conflicts, "{:?}", error);
            let is_recorded = usize::from(story.recorded);
            tally.refused[is_recorded] += 1;
            prop_assert_eq!(&tree(&bench.host), &before, "a refused commit changed the host");
            prop_assert_eq!(&bench.layer(), &layer, "a refused commit changed the layer");
            let of_host: Vec<&Path> = by_host.iter().flat_map(|(operation, _)| operation.paths()).collect();
            let meet = tried.iter().any(|path| of_host.iter().any(|other| related(path, other)));
            let has_links = story.start.iter().any(|operation| matches!(operation, Operation::Link(..)))
                || story.then.iter().any(|(_, operation)| matches!(operation, Operation::Link(..)));
            prop_assert!(
                meet || has_links,
                "refused, though nothing that it rests on was touched: {:?}",
                error
            );
            if all_of_it.same && !differs(&bench, &error, &view, &model.tree()) {
                tally.needless[is_recorded] += 1;
                // Without a record any change of the host counts, and so it does for what no record has: deletions.
                // Nor does one tell who gave a file its attributes that was written without a look: the host's may show there.
                let tells_all = |record: &Rehearsal, path: &HostPath| {
                    let below = path.as_path().strip_prefix(&bench.host).unwrap();
                    record
                        .seen
                        .get(path)
                        .is_some_and(|entry| !entry.is_blind() || is_alike(&before, &view, below))
                };
                let is_recorded = |record: &Rehearsal| {
                    let mut paths =
                        error.conflicts.iter().map(|conflict| conflict.path.to_host_path().unwrap());
                    paths.all(|path| tells_all(record, &path))
                };
                let is_false = record.as_ref().is_some_and(is_recorded);
                prop_assert!(!is_false, "refused without a reason: {:?}", error.conflicts);
            }
            skip(&mut bench, &error, (&before, &view, &alone, &start), &by_session, tally)?;
        }
    }
    Ok(())
}

/// Commits a part of what a session did, then the rest: together that is all, and in between the session sees the same.
fn tell_parts(
    bench: &mut Bench,
    top: &Path,
    (before, view): (&Tree, &Tree),
    tally: &mut Tally,
) -> Result<(), TestCaseError> {
    let only = Some(vec![bench.path(top.to_str().unwrap())].into());
    let selection = Selection { only, ..Selection::default() };
    match bench.commit_part(&selection) {
        Err(error) => {
            let is_known = matches!(
                error.code,
                ErrorCode::SelectionNeeds | ErrorCode::NoSuchChange | ErrorCode::BadRequest
            );
            prop_assert!(is_known, "{error:?}");
            prop_assert_eq!(&tree(&bench.host), before, "a refused part changed the host");
        }
        Ok(first) => {
            let done = tree(&bench.host);
            prop_assert_eq!(part(&done, top), part(view, top), "a part is not what was seen");
            let mut ids = vec![first.id];
            if bench.state() == SessionState::Finished {
                tally.in_parts += 1;
                bench.mount();
                let still = tree(&bench.view);
                bench.unmount();
                prop_assert_eq!(&still, view, "the session sees something else after a part was committed");
                ids.push(bench.commit().map_err(fail)?.id);
            }
            prop_assert_eq!(&tree(&bench.host), view, "both parts are not all");
            for id in ids.iter().rev().filter(|id| bench.store.commit(id).unwrap().is_undoable()) {
                bench.undo(id).map_err(fail)?;
            }
            prop_assert_eq!(
                &tree(&bench.host),
                before,
                "the undo of both parts does not bring the former state"
            );
        }
    }
    Ok(())
}

/// Tells whether a path has the same mode, owner and attributes in both.
fn is_alike(one: &Tree, other: &Tree, path: &Path) -> bool {
    let attributes = |tree: &Tree| tree.get(path).map(|it| (it.kind, it.mode, it.owner, it.xattrs.clone()));
    attributes(one) == attributes(other)
}

/// Tells whether the session's state at one of the conflicts is not what the replay gives.
fn differs(bench: &Bench, error: &SeeError, view: &Tree, model: &Tree) -> bool {
    error.conflicts.iter().any(|conflict| {
        let path = conflict.path.to_host_path().unwrap();
        let path = path.as_path().strip_prefix(&bench.host).unwrap();
        part(view, path) != part(model, path)
    })
}

fn fail(error: Box<SeeError>) -> TestCaseError {
    TestCaseError::fail(format!("{error:?}"))
}

/// How many stories are told: a bounded number in `npm test`, as many as you like with this variable.
fn stories(usual: u32) -> u32 {
    std::env::var("ALCATRAZ_TEST_STORIES").map_or(usual, |count| count.parse().unwrap())
}

fn prove(marks: MarkSpace, count: u32) {
    let seed = std::env::var("ALCATRAZ_TEST_SEED").map_or(1_u64, |seed| seed.parse().unwrap());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: stories(count),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let tally = std::cell::RefCell::new(Tally::default());
    let outcome = runner.run(&story(), |story| tell(&story, marks, &mut tally.borrow_mut()));
    if let Err(TestError::Fail(why, story)) = outcome {
        panic!("{why}\n{story:#?}");
    }
    outcome.unwrap();
    let tally = tally.into_inner();
    println!("{tally:?}");
    assert!(
        tally.proven > 0
            && tally.in_parts > 0
            && tally.skipped > 0
            && tally.refused.iter().all(|count| *count > 0),
        "{tally:?}"
    );
}

#[test]
fn a_commit_is_a_replay_after_the_host() {
    if is_inside("property::a_commit_is_a_replay_after_the_host") {
        prove(MarkSpace::Trusted, 350);
    }
}

#[test]
fn a_commit_with_marks_of_user_mode_is_a_replay_too() {
    if is_inside("property::a_commit_with_marks_of_user_mode_is_a_replay_too") {
        prove(MarkSpace::User, 300);
    }
}
