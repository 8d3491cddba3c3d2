//! Whatever a program and the host do in turns: a commit that goes through leaves the host as if all of the program
//! had run at once after all of the host; one that is refused leaves the host alone. The model is that very replay,
//! on plain directories.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use super::bench::{Bench, Sight, is_inside, look};
use super::operations::{Lesson, Operation, operation};
use crate::error::{ErrorCode, SeeError};
use crate::layer::MarkSpace;
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
}

fn story() -> impl Strategy<Value = Story> {
    let who = prop_oneof![1 => Just(Who::Host), 3 => Just(Who::Session)];
    let quiet = prop::collection::vec((Just(Who::Session), operation()), 1..12);
    let busy = prop::collection::vec((who, operation()), 1..16);
    let then = prop_oneof![1 => quiet.boxed(), 3 => busy.boxed()];
    (prop::collection::vec(operation(), 0..24), then).prop_map(|(start, then)| Story { start, then })
}

type Tree = BTreeMap<PathBuf, Sight>;

/// Reads a tree; times are nobody's business here.
fn tree(root: &Path) -> Tree {
    let mut seen = look(root);
    seen.values_mut().for_each(|sight| sight.mtime = (0, 0));
    seen
}

/// A plain directory where some of a story is done again.
struct Replay {
    dir: tempfile::TempDir,
    /// Whether everything went and taught the same as at first.
    same: bool,
}

impl Replay {
    fn of(story: &Story) -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").unwrap();
        for operation in &story.start {
            operation.run(dir.path());
        }
        Self { dir, same: true }
    }

    fn then(mut self, done: &[(Operation, Lesson)]) -> Self {
        for (operation, lesson) in done {
            self.same &= operation.run(self.dir.path()).as_ref() == Some(lesson);
        }
        self
    }

    fn tree(&self) -> Tree {
        tree(self.dir.path())
    }
}

/// What was found out by many stories.
#[derive(Debug, Default)]
struct Tally {
    stories: u32,
    committed: u32,
    proven: u32,
    refused: u32,
    unjustified: u32,
}

/// Tells whether one of two paths leads to the other.
fn related(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

/// Returns what lies at and below a path, without how names share inodes.
fn part(tree: &Tree, top: &Path) -> Tree {
    let within = tree.iter().filter(|(path, _)| path.starts_with(top));
    within
        .map(|(path, sight)| (path.clone(), Sight { first_name: PathBuf::new(), ..sight.clone() }))
        .collect()
}

fn tell(story: &Story, marks: MarkSpace, tally: &mut Tally) -> Result<(), TestCaseError> {
    let mut bench = Bench::in_memory(marks);
    for operation in &story.start {
        operation.run(&bench.host);
    }
    bench.begin();
    bench.mount();
    let (mut by_host, mut by_session) = (Vec::new(), Vec::new());
    for (who, operation) in &story.then {
        let (root, done) = match who {
            Who::Host => (&bench.host, &mut by_host),
            Who::Session => (&bench.view, &mut by_session),
        };
        if let Some(lesson) = operation.run(root) {
            done.push((operation.clone(), lesson));
        } else if matches!((who, operation), (Who::Session, Operation::RemoveTree(_))) {
            // It may have failed half way, and the model knows no halves.
            return Err(TestCaseError::reject("half a removal"));
        }
    }
    // A new mount: the one of the session remembers names that the host has changed since.
    bench.unmount();
    bench.mount();
    let view = tree(&bench.view);
    bench.unmount();

    let before = Replay::of(story).then(&by_host).tree();
    prop_assert_eq!(&tree(&bench.host), &before, "the session reached the host");
    let alone = Replay::of(story).then(&by_session).tree();
    let start = Replay::of(story).tree();
    let model = Replay::of(story).then(&by_host).then(&by_session);
    let layer = bench.layer();

    tally.stories += 1;
    match bench.commit() {
        Ok(outcome) => {
            tally.committed += 1;
            let after = tree(&bench.host);
            let touched: Vec<&Path> =
                by_session.iter().flat_map(|(operation, _)| operation.paths()).collect();
            // What came and went leaves no trace, so nothing speaks for it.
            let lasts = |path: &Path| part(&alone, path) != part(&start, path);
            // A file of several names on the host falls apart inside when more than one of them is changed.
            let of_one = |path: &Path| before.get(path).map(|sight| &sight.first_name);
            let names = before.keys().filter(|name| touched.iter().any(|path| related(name, path)));
            let mut inodes = names.filter(|name| before[*name].kind != 'd').filter_map(|name| of_one(name));
            let mut met = std::collections::BTreeSet::new();
            let is_whole = inodes.all(|inode| met.insert(inode));
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
            tally.refused += 1;
            prop_assert_eq!(&tree(&bench.host), &before, "a refused commit changed the host");
            prop_assert_eq!(&bench.layer(), &layer, "a refused commit changed the layer");
            let of_host: Vec<&Path> = by_host.iter().flat_map(|(operation, _)| operation.paths()).collect();
            let meet = by_session.iter().flat_map(|(operation, _)| operation.paths());
            let meet =
                meet.flat_map(|path| of_host.iter().map(move |other| related(path, other))).any(|met| met);
            let has_links = story.start.iter().any(|operation| matches!(operation, Operation::Link(..)))
                || story.then.iter().any(|(_, operation)| matches!(operation, Operation::Link(..)));
            prop_assert!(
                meet || has_links,
                "refused, though nothing that it rests on was touched: {:?}",
                error
            );
            if model.same && !differs(&bench, &error, &view, &model.tree()) {
                tally.unjustified += 1;
            }
        }
    }
    Ok(())
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
    assert!(tally.proven > 0 && tally.refused > 0, "{tally:?}");
}

#[test]
fn a_commit_is_a_replay_after_the_host() {
    if is_inside("property::a_commit_is_a_replay_after_the_host") {
        prove(MarkSpace::Trusted, 400);
    }
}

#[test]
fn a_commit_with_marks_of_user_mode_is_a_replay_too() {
    if is_inside("property::a_commit_with_marks_of_user_mode_is_a_replay_too") {
        prove(MarkSpace::User, 200);
    }
}
