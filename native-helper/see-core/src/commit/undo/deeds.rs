//! What a commit did, path by path, as its journal tells it: for a person who may take it back. Only looks.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::change::{ChangeKind, FileType};
use crate::error::Result;
use crate::path::HostPath;
use crate::store::Store;

use super::super::guests::Holding;
use super::super::places::{Places, Role, Spot};
use super::super::stat::Identity;
use super::super::step::{Purpose, Step};
use super::kept;
use super::moves::Moves;

/// So many objects of a directory that was deleted are counted.
const MOST_COUNTED: u64 = 100_000;

/// One path that a commit changed. What came or went with a directory is counted there and has no deed of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Where.
    pub path: HostPath,
    /// What happened.
    pub kind: ChangeKind,
    /// Type of what is there now; of what is gone, what it was.
    pub file_type: FileType,
    /// Where a renamed object was.
    pub from: Option<HostPath>,
    /// How many objects came or went with it.
    pub holds: u64,
}

/// Returns what a commit did, by path. Fails with `not-undoable` when nothing is kept of it any more.
pub fn deeds(store: &Store, commit: &str) -> Result<Vec<Deed>> {
    let journal = kept(store, &store.commit(commit)?)?;
    let mut places = Places::new(journal.header.bases.clone());
    let steps = journal.steps.as_deref().unwrap_or_default();
    let moves = Moves::new(&places, steps.iter());
    let held = held(&journal.holdings);
    let mut told = Deeds { moves: &moves, origins: HashMap::new(), all: BTreeMap::new() };
    for (index, step) in steps.iter().enumerate() {
        if let Some(mut deed) = told.of(&places, index, step) {
            deed.holds = match step {
                Step::Move { to, object, purpose: Purpose::Remove, .. } => {
                    count_below(&mut places, to, *object)?
                }
                Step::Move { object, .. } | Step::Replace { object, .. } => {
                    held.get(object).copied().unwrap_or_default()
                }
                _ => 0,
            };
            told.take(deed);
        }
    }
    Ok(told.all.into_values().collect())
}

struct Deeds<'j> {
    moves: &'j Moves,
    /// Where objects of the host were that got another name, or made room for one.
    origins: HashMap<Identity, HostPath>,
    all: BTreeMap<HostPath, Deed>,
}

impl Deeds<'_> {
    /// Returns what one step says; `None` for those that only prepare another one.
    fn of(&mut self, places: &Places, index: usize, step: &Step) -> Option<Deed> {
        let on_host = |at: &Spot| places.role(at).is_ok_and(|role| role == Role::Host);
        let moves = self.moves;
        let now = |at: &Spot| places.path(&moves.forward(at, index));
        let deed =
            |path, kind, object: &Identity| Deed { path, kind, file_type: object.kind, from: None, holds: 0 };
        match step {
            Step::Move { to, object, purpose: Purpose::Create, .. } => {
                on_host(to).then(|| deed(now(to), ChangeKind::Created, object))
            }
            // What leaves goes before anything moves: its name is that of before.
            Step::Move { from, object, purpose: Purpose::Remove, .. } => {
                on_host(from).then(|| deed(places.path(from), ChangeKind::Deleted, object))
            }
            Step::Move { from, to, object, purpose: Purpose::Rename } => {
                if on_host(from) {
                    self.origins.entry(*object).or_insert_with(|| places.path(from));
                }
                let from = self.origins.get(object).cloned();
                on_host(to).then(|| Deed { from, ..deed(now(to), ChangeKind::Renamed, object) })
            }
            Step::Replace { at, object, old, .. } => {
                let from = self.origins.get(object).cloned();
                self.origins.entry(*old).or_insert_with(|| places.path(at));
                let kind = match from {
                    Some(_) => ChangeKind::Renamed,
                    None if object.kind == old.kind => ChangeKind::Modified,
                    None => ChangeKind::Replaced,
                };
                on_host(at).then(|| Deed { from, ..deed(now(at), kind, object) })
            }
            Step::Link { at, object, .. } => Some(deed(now(at), ChangeKind::Linked, object)),
            Step::Unlink { at, object, .. } => Some(deed(places.path(at), ChangeKind::Deleted, object)),
            Step::Attributes { at, object, .. } | Step::Rewrite { at, object, .. } => {
                on_host(at).then(|| deed(now(at), ChangeKind::Modified, object))
            }
            Step::Mode { .. } | Step::Marks { .. } | Step::KeepTime { .. } | Step::SetTime { .. } => None,
        }
    }

    /// Adds a deed to what is known of its path.
    fn take(&mut self, deed: Deed) {
        match self.all.entry(deed.path.clone()) {
            Entry::Vacant(free) => {
                free.insert(deed);
            }
            // What came or moved here, and was given other attributes then, came or moved here.
            Entry::Occupied(_) if deed.kind == ChangeKind::Modified => {}
            Entry::Occupied(mut known) => {
                let is_made_anew =
                    known.get().kind == ChangeKind::Deleted && deed.kind == ChangeKind::Created;
                let kind = if is_made_anew { ChangeKind::Replaced } else { deed.kind };
                known.insert(Deed { kind, ..deed });
            }
        }
    }
}

/// Returns how many objects each new directory held when it came.
fn held(holdings: &[Holding]) -> HashMap<Identity, u64> {
    let mut held: HashMap<Identity, u64> = HashMap::new();
    for holding in holdings {
        *held.entry(holding.object).or_default() += u64::try_from(holding.entries.len()).unwrap_or(u64::MAX);
    }
    held
}

/// Counts what lies in a directory of a backup.
fn count_below(places: &mut Places, top: &Spot, object: Identity) -> Result<u64> {
    let (mut count, mut todo) = (0, vec![top.clone()]);
    // What was taken back is not in the backup any more.
    if object.kind != FileType::Directory || places.stat(top)?.is_none() {
        return Ok(0);
    }
    while let Some(dir) = todo.pop() {
        for name in places.names(&dir)? {
            count += 1;
            if count >= MOST_COUNTED {
                return Ok(count);
            }
            let below = dir.join(&name);
            if places.stat(&below)?.is_some_and(|stat| stat.is_dir()) {
                todo.push(below);
            }
        }
    }
    Ok(count)
}
