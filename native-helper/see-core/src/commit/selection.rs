//! Which changes a commit takes, and what a selection lacks to mean anything.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::error::{ErrorCode, Need, Reason, Resolution, Result, SeeError};
use crate::ignore::IgnoreList;
use crate::merge::ByHand;
use crate::path::HostPath;
use crate::read_set::set::ReadSet;

use super::merged::Merged;
use super::namespace::Namespace;
use super::tops::Tops;

/// What to take and what to leave out. Every path stands for itself and all below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Take just these; all when `None`.
    pub only: Option<Tops>,
    /// Then leave these out.
    pub skip: Tops,
    /// What to do about conflicts, by the path of the change.
    pub resolve: BTreeMap<HostPath, Resolution>,
    /// What files are to hold instead of the session's own version.
    pub merged: Vec<Merged>,
    /// The texts of merges that a person made.
    pub by_hand: Vec<ByHand>,
    /// Leave out what fits one of these patterns as well.
    pub ignore: IgnoreList,
    /// But not these, nor what `only` names itself.
    pub include: Tops,
    /// Of this state of the session's changes ([`stamp`](crate::changes::stamp::stamp)); of whichever there is when `None`.
    pub stamp: Option<String>,
}

impl Selection {
    /// Returns what was chosen for the conflict at a path.
    pub fn resolution(&self, path: &HostPath) -> Option<Resolution> {
        self.resolve.get(path).copied()
    }

    /// Returns what the file at a path is to hold, when it was merged.
    pub fn merged(&self, path: &HostPath) -> Option<&Merged> {
        self.merged.iter().find(|merged| merged.path == *path)
    }

    /// Tells, for each change, whether it is taken. Fails with `no-such-change` for a path where nothing changed,
    /// with `bad-request` for a path that is to be merged and was not.
    pub fn choose(&self, changes: &ChangeSet) -> Result<Vec<bool>> {
        let answers = self.resolve.iter().filter(|(_, choice)| **choice != Resolution::Skip);
        let mut named = self.only.iter().flat_map(Tops::iter).chain(answers.map(|(path, _)| path));
        let changed = Changed::new(changes);
        named.try_for_each(|path| changed.check(path))?;
        let is_unmerged = |path: &HostPath| self.merged(path).is_none();
        let mut merges = self.resolve.iter().filter(|(_, choice)| **choice == Resolution::Merge);
        if let Some((path, _)) = merges.find(|(path, _)| is_unmerged(path)) {
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("{} cannot be merged.", path.display()),
                "Choose skip, overwrite or both for it.",
            )
            .because(Reason::NotMergeable)
            .with_path(path));
        }
        let chosen = changes.found.iter().map(|found| self.wants(found) && !self.ignores(changes, found));
        Ok(chosen.collect())
    }

    /// Returns what the ignore list alone leaves out.
    pub fn ignored(&self, changes: &ChangeSet) -> Vec<HostPath> {
        let ignored = changes.found.iter().filter(|found| self.wants(found) && self.ignores(changes, found));
        ignored.map(|found| found.change.path.clone()).collect()
    }

    fn wants(&self, found: &Found) -> bool {
        let path = &found.change.path;
        self.only.as_ref().is_none_or(|only| only.covers(path))
            && !self.skip.covers(path)
            && self.resolution(path) != Some(Resolution::Skip)
    }

    fn ignores(&self, changes: &ChangeSet, found: &Found) -> bool {
        let path = &found.change.path;
        if self.ignore.patterns().is_empty() || !self.ignore.covers(path) {
            return false;
        }
        let is_named = self.include.covers(path) || self.only.as_ref().is_some_and(|only| only.names(path));
        // What goes with its directory cannot stay behind alone.
        let goes_along = || {
            let holder = path.parent().and_then(|holder| changes.get(&holder));
            found.change.kind == ChangeKind::Deleted
                && holder.is_some_and(|holder| {
                    matches!(holder.change.kind, ChangeKind::Deleted | ChangeKind::Replaced)
                        && !self.ignores(changes, holder)
                })
        };
        !is_named && !goes_along()
    }

    /// Fails with `no-such-change` for a path to skip where nothing changed and nothing was read.
    pub fn check_skipped(&self, changes: &ChangeSet, reads: Option<&ReadSet>) -> Result<()> {
        let answers = self.resolve.iter().filter(|(_, choice)| **choice == Resolution::Skip);
        let changed = Changed::new(changes);
        let mut skipped = self.skip.iter().chain(answers.map(|(path, _)| path));
        skipped.try_for_each(|path| match (changed.check(path), reads) {
            (Err(_), _) if changes.astray.contains(path) => Ok(()),
            (Err(_), Some(reads)) if reads.has_within(path) => Ok(()),
            (result, _) => result,
        })
    }

    /// Tells whether a conflict at a path where nothing changed is to be left aside.
    pub fn accepts(&self, path: &HostPath) -> bool {
        self.skip.covers(path)
            || self.resolution(path) == Some(Resolution::Skip)
            || (self.ignore.covers(path) && !self.include.covers(path))
    }

    /// Fails with `selection-needs` when a chosen change means nothing without one that is left out.
    pub fn check_needs(&self, changes: &ChangeSet, chosen: &[bool]) -> Result<()> {
        if chosen.iter().all(|chosen| *chosen) {
            return Ok(());
        }
        let mut needs = Vec::new();
        let mut parts = Parts::new(changes, chosen);
        for (found, _) in changes.found.iter().zip(chosen).filter(|(_, chosen)| **chosen) {
            self.needs_of(&mut parts, found, &mut needs);
        }
        if needs.is_empty() {
            return Ok(());
        }
        needs.dedup();
        let mut error = SeeError::new(
            ErrorCode::SelectionNeeds,
            format!("The selection needs {} more.", plural(needs.len())),
            "Include what is needed, or leave out what needs it.",
        );
        error.needs = needs;
        Err(error)
    }

    fn needs_of(&self, parts: &mut Parts<'_>, found: &Found, needs: &mut Vec<Need>) {
        let path = &found.change.path;
        let mut need = |other: &HostPath| {
            needs.push(Need { path: path.to_ref(), needs: other.to_ref() });
        };
        let deleted = found.change.kind == ChangeKind::Deleted;
        let mut above = path.parent();
        while let Some(ancestor) = above {
            if let Some(holder) = parts.left_out(&ancestor) {
                let is_new = holder.change.kind == ChangeKind::Renamed
                    || (holder.state == UpperState::Whole && !deleted);
                if is_new {
                    need(&ancestor);
                }
            }
            above = ancestor.parent();
        }
        // A directory that goes takes all that it held along.
        if deleted || found.change.kind == ChangeKind::Replaced {
            for (lost, chosen) in parts.within(path) {
                // What lives on in a directory that was made anew is the host's own as well.
                let is_hosts = lost.change.kind == ChangeKind::Deleted
                    || (lost.lower.is_some() && lost.state != UpperState::Whole);
                if !chosen && is_hosts && lost.change.path != *path {
                    need(&lost.change.path);
                }
            }
        }
        // The host's object goes or moves, or is overwritten: whatever else is made from it must come along.
        let kind = found.change.kind;
        let lower = found
            .lower
            .clone()
            .filter(|_| matches!(kind, ChangeKind::Deleted | ChangeKind::Replaced | ChangeKind::Renamed));
        let overwritten = parts
            .namespace
            .before(path)
            .filter(|_| matches!(kind, ChangeKind::Replaced | ChangeKind::Renamed | ChangeKind::Linked));
        for gone in [lower, overwritten].into_iter().flatten() {
            for (_, other) in parts.sources.range(gone.clone()..).take_while(|(at, _)| at.is_within(&gone)) {
                for user in other.iter().filter(|user| !user.is_within(path)) {
                    need(user);
                }
            }
        }
        // The names of one inode go together: a name that stayed behind would be another file.
        for link in parts.links.get(path).into_iter().flatten() {
            need(link);
        }
        if let Some(from) = &found.change.from {
            let skipped = self.skip.covers(from);
            let source = parts.left_out(from);
            let source_matters = match found.change.kind {
                ChangeKind::Renamed => {
                    skipped || source.is_some_and(|source| source.change.kind == ChangeKind::Deleted)
                }
                ChangeKind::Linked => source.is_some(),
                _ => false,
            };
            if source_matters {
                need(from);
            }
        }
    }
}

/// The changes, with what is left out of them at hand.
struct Parts<'a> {
    changes: &'a ChangeSet,
    chosen: &'a [bool],
    /// Host objects that changes which are left out take from another path, and those changes.
    sources: BTreeMap<HostPath, Vec<HostPath>>,
    /// Names that are left out, by the name of the same inode that counts as the first.
    links: BTreeMap<HostPath, Vec<HostPath>>,
    namespace: Namespace<'a>,
}

impl<'a> Parts<'a> {
    fn new(changes: &'a ChangeSet, chosen: &'a [bool]) -> Self {
        let mut sources: BTreeMap<HostPath, Vec<HostPath>> = BTreeMap::new();
        let left_out = changes.found.iter().zip(chosen).filter(|(_, chosen)| !**chosen);
        for (found, _) in left_out {
            let elsewhere = matches!(found.change.kind, ChangeKind::Renamed | ChangeKind::Linked);
            if let Some(lower) = found.lower.as_ref().filter(|_| elsewhere) {
                sources.entry(lower.clone()).or_default().push(found.change.path.clone());
            }
        }
        let mut links: BTreeMap<HostPath, Vec<HostPath>> = BTreeMap::new();
        for (found, chosen) in changes.found.iter().zip(chosen) {
            if let Some(first) = found.change.from.as_ref().filter(|_| !chosen) {
                if found.change.kind == ChangeKind::Linked {
                    links.entry(first.clone()).or_default().push(found.change.path.clone());
                }
            }
        }
        Self { changes, chosen, sources, links, namespace: Namespace::new(changes) }
    }

    /// Returns the change of this path when it is left out.
    fn left_out(&self, path: &HostPath) -> Option<&'a Found> {
        let index = self.changes.found.binary_search_by(|f| f.change.path.cmp(path)).ok()?;
        let found = self.changes.found.get(index)?;
        (!self.chosen.get(index).copied().unwrap_or(true)).then_some(found)
    }

    fn within(&self, path: &HostPath) -> impl Iterator<Item = (&'a Found, bool)> {
        let start = self.changes.found.partition_point(|f| f.change.path < *path);
        let count = self.changes.within(path).len();
        let below = self.changes.found.iter().zip(self.chosen.iter().copied());
        below.skip(start).take(count)
    }
}

fn plural(count: usize) -> String {
    if count == 1 { "one change".to_owned() } else { format!("{count} changes") }
}

/// Where something changed.
struct Changed<'a> {
    changes: &'a ChangeSet,
    /// Where what was moved came from, in order; made when it is asked for.
    sources: OnceCell<Vec<&'a HostPath>>,
}

impl<'a> Changed<'a> {
    fn new(changes: &'a ChangeSet) -> Self {
        Self { changes, sources: OnceCell::new() }
    }

    /// Fails with `no-such-change` where nothing changed at a path or below it.
    fn check(&self, path: &HostPath) -> Result<()> {
        if !self.changes.within(path).is_empty() || self.is_source(path) {
            return Ok(());
        }
        Err(SeeError::new(
            ErrorCode::NoSuchChange,
            format!("Nothing changed at {}.", path.display()),
            "Look at what changed with: alcatraz changes SESSION",
        )
        .with_path(path))
    }

    fn is_source(&self, path: &HostPath) -> bool {
        let sources = self.sources.get_or_init(|| {
            let from = self.changes.found.iter().filter_map(|found| found.change.from.as_ref());
            let mut sources: Vec<_> = from.collect();
            sources.sort_unstable();
            sources
        });
        let first = sources.partition_point(|from| *from < path);
        sources.get(first).is_some_and(|from| from.is_within(path))
    }
}

/// Tells whether a change is a plain file's.
pub fn is_plain_file(found: &Found) -> bool {
    found.change.file_type == FileType::File
}
