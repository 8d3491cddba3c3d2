//! Where the names of a SEE lie on the host before the commit, and the names of the host in the SEE.

use std::collections::{BTreeMap, HashMap};

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::path::HostPath;

/// Maps between the names inside and outside. Follows the renames of directories.
#[derive(Debug)]
pub struct Namespace<'a> {
    changes: &'a ChangeSet,
    /// Directory as the SEE names it, to the host's one; `None` when it is new.
    before: HashMap<HostPath, Option<HostPath>>,
    /// Directory of the host, to its new name.
    moved: BTreeMap<HostPath, HostPath>,
}

impl<'a> Namespace<'a> {
    /// Returns the map for these changes.
    pub fn new(changes: &'a ChangeSet) -> Self {
        let directories = changes.found.iter().filter(|f| f.change.file_type == FileType::Directory);
        let moved = directories.filter(|f| f.change.kind == ChangeKind::Renamed);
        let moved = moved.filter_map(|f| Some((f.lower.clone()?, f.change.path.clone()))).collect();
        Self { changes, before: HashMap::new(), moved }
    }

    /// Returns the host's directory behind a directory of the SEE; `None` when it is new.
    pub fn before_dir(&mut self, dir: &HostPath) -> Option<HostPath> {
        if let Some(known) = self.before.get(dir) {
            return known.clone();
        }
        let mut names: Vec<HostPath> = Vec::new();
        let mut at = dir.clone();
        let mut before = loop {
            if let Some(known) = self.before.get(&at) {
                break known.clone();
            }
            if let Some(found) = self.changes.get(&at) {
                break match found.state {
                    UpperState::MergedDirectory => found.lower.clone(),
                    UpperState::Whole | UpperState::Absent | UpperState::AttributesOnly => None,
                };
            }
            match at.parent() {
                None => break Some(at.clone()),
                Some(parent) => names.push(std::mem::replace(&mut at, parent)),
            }
        };
        self.before.insert(at, before.clone());
        for path in names.into_iter().rev() {
            before = before.map(|holder| holder.join(path.name()));
            self.before.insert(path, before.clone());
        }
        before
    }

    /// Returns the host's name of an entry of the SEE, were it there before; `None` when its directory is new.
    pub fn before(&mut self, path: &HostPath) -> Option<HostPath> {
        match path.parent() {
            None => Some(path.clone()),
            Some(parent) => self.before_dir(&parent).map(|holder| holder.join(path.name())),
        }
    }

    /// Returns the name in the SEE of a directory of the host, were it not deleted.
    pub fn after_dir(&self, dir: &HostPath) -> HostPath {
        let mut at = Some(dir.clone());
        while let Some(ancestor) = at {
            if let Some(to) = self.moved.get(&ancestor) {
                let rest = dir.below(&ancestor).unwrap_or_default();
                return if rest.is_empty() { to.clone() } else { to.join(rest) };
            }
            at = ancestor.parent();
        }
        dir.clone()
    }

    /// Returns the name in the SEE of an entry of the host, were it not itself renamed or deleted.
    pub fn after(&self, path: &HostPath) -> HostPath {
        match path.parent() {
            None => path.clone(),
            Some(parent) => self.after_dir(&parent).join(path.name()),
        }
    }
}

/// Tells whether a renamed object is still the host's own one: its content did not change.
pub fn moves_host_object(found: &Found) -> bool {
    found.change.kind == ChangeKind::Renamed
        && found.lower.is_some()
        && (found.state != UpperState::Whole || !found.change.aspects.contains(&Aspect::Content))
}
