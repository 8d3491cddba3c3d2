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
}

impl Standing {
    fn of(stat: &Stat) -> Self {
        Self { size: stat.size, mode: stat.mode, uid: stat.uid, gid: stat.gid }
    }

    /// Tells whether a file still stands like this; the permissions that our own steps lend do not count.
    fn is_of(self, stat: &Stat) -> bool {
        let now = Self::of(stat);
        is_same_but_open(now.mode, self.mode) && now == Self { mode: now.mode, ..self }
    }
}

/// A file that a step brings to the host: where it comes from, and where to.
struct Arrival<'s> {
    home: &'s Spot,
    at: &'s Spot,
    object: Identity,
}

fn arrival(step: &Step) -> Option<Arrival<'_>> {
    let (home, at, object) = match step {
        Step::Move { from, to, object, purpose: Purpose::Create } => (from, to, *object),
        Step::Replace { at, new, object, .. } => (new, at, *object),
        _ => return None,
    };
    (object.kind == FileType::File).then_some(Arrival { home, at, object })
}

/// Returns how the files stand that these steps bring to the host, for the journal.
pub fn standings<'s>(
    places: &mut Places,
    steps: impl Iterator<Item = &'s Step> + Clone,
) -> Result<Vec<Holding>> {
    let mut all = Vec::new();
    // What a later step changes as well stands in more than one way that is ours; its own revert asks whose it is.
    let is_changed = |step: &&Step| matches!(step, Step::Attributes { .. } | Step::Rewrite { .. });
    let changed: HashSet<Identity> = steps.clone().filter(is_changed).flat_map(Step::objects).collect();
    for Arrival { home, object, .. } in steps.filter_map(arrival).filter(|one| !changed.contains(&one.object))
    {
        // A file of the host that comes by there later is the host's anyway.
        let Some(stat) = places.stat(home)?.filter(|stat| stat.identity == object) else { continue };
        let (dir, mtime, entries) = (Bytes::default(), stat.mtime, Vec::new());
        all.push(Holding { object, dir, mtime, entries, file: Some(Standing::of(&stat)) });
    }
    Ok(all)
}

/// Tells whose the files are that a commit brought.
#[derive(Debug)]
pub struct Arrived {
    staged: HashMap<Identity, (Timestamp, Standing)>,
    theirs: HashSet<Identity>,
    in_use: InUse,
}

impl Arrived {
    /// Looks at what is on the host of all that these steps brought.
    pub fn look(places: &mut Places, holdings: &[Holding], steps: &[&Step]) -> Result<Self> {
        let staged =
            holdings.iter().filter_map(|holding| Some((holding.object, (holding.mtime, holding.file?))));
        let mut arrived = Self { staged: staged.collect(), theirs: HashSet::new(), in_use: InUse::default() };
        for Arrival { at, object, .. } in steps.iter().copied().filter_map(arrival) {
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
        match arrival(step) {
            Some(Arrival { home, object, .. }) => self.note(places, home, object),
            None => Ok(false),
        }
    }

    fn note(&mut self, places: &mut Places, spot: &Spot, object: Identity) -> Result<bool> {
        let Some((mtime, standing)) = self.staged.get(&object) else { return Ok(false) };
        let Some(stat) = places.stat(spot)?.filter(|stat| stat.identity == object) else { return Ok(false) };
        let is_theirs =
            stat.mtime != *mtime || !standing.is_of(&stat) || self.in_use.is_written(places, spot, &stat)?;
        if is_theirs {
            self.theirs.insert(object);
        }
        Ok(is_theirs)
    }
}
