//! Host directories that live on at another place, and the names of the model whose verdicts hang on that.

use std::collections::{HashMap, HashSet};

use super::entry::Spot;
use crate::path::HostPath;

/// Which host directories were moved, and who depends on it.
#[derive(Default)]
pub struct Moves {
    /// How many places each lives on at.
    places: HashMap<HostPath, u32>,
    /// Grows whenever one that was not moved is, or the other way round.
    made: u64,
    /// Names whose verdicts depend on whether a directory was moved.
    asking: HashMap<HostPath, HashSet<Spot>>,
    /// Names that lost a tree of the host.
    trees: HashMap<HostPath, HashSet<Spot>>,
}

/// Who must be looked at again after a change.
#[derive(Default)]
pub struct Dependents {
    /// Names to judge.
    pub judge: Vec<Spot>,
    /// Names whose lost trees are to be gone through.
    pub expand: Vec<Spot>,
}

impl Moves {
    /// Tells whether a host directory lives on elsewhere.
    pub fn is_moved(&self, host: &HostPath) -> bool {
        self.places.contains_key(host)
    }

    /// Returns a number that grows with every change.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// Notes that a name's verdict depends on a host directory.
    pub fn ask(&mut self, host: &HostPath, spot: &Spot) {
        self.asking.entry(host.clone()).or_default().insert(spot.clone());
    }

    /// Forgets that.
    pub fn ask_no_more(&mut self, host: &HostPath, spot: &Spot) {
        forget(&mut self.asking, host, spot);
    }

    /// Notes that a name lost a tree of the host.
    pub fn lost(&mut self, host: &HostPath, spot: &Spot) {
        self.trees.entry(host.clone()).or_default().insert(spot.clone());
    }

    /// Forgets that.
    pub fn lost_no_more(&mut self, host: &HostPath, spot: &Spot) {
        forget(&mut self.trees, host, spot);
    }

    /// Notes that a host directory lives on at one place more, or less. Returns who depends on it.
    pub fn moved(&mut self, host: Option<&HostPath>, added: bool) -> Dependents {
        let Some(host) = host else { return Dependents::default() };
        let count = self.places.entry(host.clone()).or_default();
        let before = *count;
        *count = if added { before + 1 } else { before.saturating_sub(1) };
        let after = *count;
        if after == 0 {
            self.places.remove(host);
        }
        if (before == 0) == (after == 0) {
            return Dependents::default();
        }
        self.made += 1;
        let judge = self.asking.get(host).into_iter().flatten().cloned().collect();
        let mut expand = Vec::new();
        let mut ancestor = Some(host.clone());
        while let Some(path) = ancestor {
            expand.extend(self.trees.get(&path).into_iter().flatten().cloned());
            ancestor = path.parent();
        }
        Dependents { judge, expand }
    }
}

fn forget(map: &mut HashMap<HostPath, HashSet<Spot>>, path: &HostPath, spot: &Spot) {
    if let Some(spots) = map.get_mut(path) {
        spots.remove(spot);
        if spots.is_empty() {
            map.remove(path);
        }
    }
}
