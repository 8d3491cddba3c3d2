//! The files that a commit brings to the host, as they stood when they were staged. One that stands otherwise when the
//! commit is taken back, or that somebody writes to, is the host's by then: it stays, whatever it had displaced.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::change::FileType;
use crate::check::in_use::InUse;
use crate::error::Result;
use crate::timestamp::Timestamp;

use super::bytes::Bytes;
use super::guests::Holding;
use super::places::{Places, Spot};
use super::reclaim::is_same_but_open;
use super::stat::{Identity, Stat};
use super::step::{Purpose, Step};

/// How a file stood, but for what its move to the host changes, and its time of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    size: u64,
    mode: u32,
    uid: u32,
    gid: u32,
    /// How many names it had; `None` in journals that do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    links: Option<u32>,
    /// Whether a program had it open for writing already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    was_written: bool,
}

impl Standing {
    fn of(stat: &Stat, was_written: bool) -> Self {
        let Stat { size, mode, uid, gid, links, .. } = *stat;
        Self { size, mode, uid, gid, links: Some(links), was_written }
    }

    /// Tells whether a file still stands like this, but for as many names as our own steps gave it; the permissions that they
    /// lend do not count. A name that somebody else gave it would be one of what goes back to the layer.
    fn is_of(&self, stat: &Stat, names: u32) -> bool {
        is_same_but_open(stat.mode, self.mode)
            && (stat.size, stat.uid, stat.gid) == (self.size, self.uid, self.gid)
            && self.links.is_none_or(|links| stat.links <= links.saturating_add(names))
    }
}

/// An object that a step brings to the host: where it comes from, and where to.
pub struct Arrival<'s> {
    /// Where it comes from.
    pub home: &'s Spot,
    /// Its place on the host.
    pub at: &'s Spot,
    /// The object.
    pub object: Identity,
}

impl Arrival<'_> {
    /// Tells whether it is where it comes from: not on the host.
    pub fn is_home(&self, places: &mut Places) -> Result<bool> {
        Ok(places.stat(self.home)?.is_some_and(|stat| stat.identity == self.object))
    }
}

/// Returns what a step brings, when it is of this kind.
pub fn arrival(step: &Step, kind: FileType) -> Option<Arrival<'_>> {
    let (home, at, object) = match step {
        Step::Move { from, to, object, purpose: Purpose::Create } => (from, to, *object),
        Step::Replace { at, new, object, .. } => (new, at, *object),
        _ => return None,
    };
    (object.kind == kind).then_some(Arrival { home, at, object })
}

fn file(step: &Step) -> Option<Arrival<'_>> {
    arrival(step, FileType::File)
}

/// Returns how the files stand that these steps bring to the host, for the journal; `again` says that they were there before,
/// so that a program may still have one open.
pub fn standings<'s>(
    places: &mut Places,
    steps: impl Iterator<Item = &'s Step> + Clone,
    again: bool,
) -> Result<Vec<Holding>> {
    let mut all = Vec::new();
    let mut in_use = InUse::default();
    // What a later step changes as well stands in more than one way that is ours; its own revert asks whose it is.
    let is_changed = |step: &&Step| matches!(step, Step::Attributes { .. } | Step::Rewrite { .. });
    let changed: HashSet<Identity> = steps.clone().filter(is_changed).flat_map(Step::objects).collect();
    for Arrival { home, object, .. } in steps.filter_map(file).filter(|one| !changed.contains(&one.object)) {
        // A file of the host that comes by there later is the host's anyway.
        let Some(stat) = places.stat(home)?.filter(|stat| stat.identity == object) else { continue };
        let was_written = again && in_use.is_written(places, home, &stat)?;
        let (dir, mtime, entries) = (Bytes::default(), stat.mtime, Vec::new());
        all.push(Holding { object, dir, mtime, entries, file: Some(Standing::of(&stat, was_written)) });
    }
    Ok(all)
}

/// Tells whose the files are that a commit brought.
#[derive(Debug)]
pub struct Arrived {
    staged: HashMap<Identity, (Timestamp, Standing)>,
    theirs: HashSet<Identity>,
    /// The names that steps give them besides.
    links: HashMap<Identity, Vec<Spot>>,
    in_use: InUse,
}

impl Arrived {
    /// Looks at what is on the host of all that these steps brought.
    pub fn look(places: &mut Places, holdings: &[Holding], steps: &[&Step]) -> Result<Self> {
        let staged =
            holdings.iter().filter_map(|holding| Some((holding.object, (holding.mtime, holding.file?))));
        let mut links: HashMap<Identity, Vec<Spot>> = HashMap::new();
        for step in steps {
            if let Step::Link { at, object, .. } = step {
                links.entry(*object).or_default().push(at.clone());
            }
        }
        let (staged, theirs, in_use) = (staged.collect(), HashSet::new(), InUse::default());
        let mut arrived = Self { staged, theirs, links, in_use };
        for Arrival { at, object, .. } in steps.iter().copied().filter_map(file) {
            arrived.note(places, at, object)?;
        }
        Ok(arrived)
    }

    /// Tells whether a step is about a file that is the host's by now.
    pub fn is_theirs(&self, step: &Step) -> bool {
        step.objects().first().is_some_and(|object| self.theirs.contains(object))
    }

    /// Looks at what a step has just taken back, now that nobody reaches it by its name any more: tells whether somebody
    /// wrote to it since the look before.
    pub fn came_back_changed(&mut self, places: &mut Places, step: &Step) -> Result<bool> {
        match file(step) {
            Some(Arrival { home, object, .. }) => self.note(places, home, object),
            None => Ok(false),
        }
    }

    fn note(&mut self, places: &mut Places, spot: &Spot, object: Identity) -> Result<bool> {
        let Some((mtime, standing)) = self.staged.get(&object).copied() else { return Ok(false) };
        let Some(stat) = places.stat(spot)?.filter(|stat| stat.identity == object) else { return Ok(false) };
        let mut names = 0;
        for at in self.links.get(&object).into_iter().flatten() {
            names += u32::from(places.stat(at)?.is_some_and(|stat| stat.identity == object));
        }
        let is_theirs = stat.mtime != mtime
            || !standing.is_of(&stat, names)
            || (!standing.was_written && self.in_use.is_written(places, spot, &stat)?);
        if is_theirs {
            self.theirs.insert(object);
        }
        Ok(is_theirs)
    }
}
