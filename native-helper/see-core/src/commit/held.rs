//! What directories hold that a plan takes away after it took other things out of them: their times do not tell any more
//! whether the host has put something in, their entries do.

use std::collections::HashMap;

use crate::error::Result;

use super::places::{Places, Spot};
use super::plan::{Plan, Planned};
use super::stat::Stat;
use super::step::{Purpose, Step};

/// Device and inode number.
type Number = (u64, u64);

/// Directories that go into a backup.
pub struct Held<'p> {
    /// How each stood when the plan was made.
    doomed: HashMap<Number, &'p Stat>,
    /// Names and inode numbers of what is in those that a step has changed.
    entries: HashMap<Number, HashMap<Box<[u8]>, u64>>,
}

impl<'p> Held<'p> {
    /// Finds the directories that the steps of a plan take away.
    pub fn new(plan: &'p Plan) -> Self {
        let goes = |planned: &&Planned| {
            matches!(planned.step, Step::Replace { .. } | Step::Move { purpose: Purpose::Remove, .. })
        };
        let expects = plan.steps.iter().filter(goes).flat_map(|planned| &planned.expects);
        let dirs = expects.map(|(_, expected)| expected).filter(|expected| expected.is_dir());
        Self { doomed: dirs.map(|dir| (number(dir), dir)).collect(), entries: HashMap::new() }
    }

    /// Reads what the directories hold whose entries this step is the first to change. Returns the one that is not as it
    /// was planned with: `is_untouched` compares.
    pub fn look(
        &mut self,
        places: &mut Places,
        step: &Step,
        is_untouched: impl Fn(Option<Stat>, &Stat) -> bool,
    ) -> Result<Option<Spot>> {
        if self.doomed.is_empty() {
            return Ok(None);
        }
        for name in step.names() {
            let number = places.holder(name)?.number;
            let Some(expected) = self.doomed.get(&number) else { continue };
            if self.entries.contains_key(&number) {
                continue;
            }
            let dir = name.parent();
            // First what is in it, then its time: that shows what came meanwhile.
            let there = list(places, &dir)?;
            if !is_untouched(places.stat(&dir)?, expected) {
                return Ok(Some(dir));
            }
            self.entries.insert(number, there);
        }
        Ok(None)
    }

    /// Takes note of what a step did to the directories that its names lie in.
    pub fn follow(&mut self, step: &Step, holders: &[Number]) {
        for ((name, object), number) in step.leaves().into_iter().zip(holders) {
            let Some(entries) = self.entries.get_mut(number) else { continue };
            let name = name.split().1;
            match object {
                Some(ino) => entries.insert(name.into(), ino),
                None => entries.remove(name),
            };
        }
    }

    /// Tells whether a directory, which was taken out of the way by now, holds what it is to hold, and nothing else.
    pub fn is_as_known(&self, places: &mut Places, at: &Spot, dir: &Stat) -> Result<bool> {
        match self.entries.get(&number(dir)) {
            Some(known) => Ok(list(places, at)? == *known),
            // No step has changed its entries: its time tells.
            None => Ok(true),
        }
    }
}

fn number(stat: &Stat) -> Number {
    (stat.dev, stat.identity.ino)
}

fn list(places: &mut Places, dir: &Spot) -> Result<HashMap<Box<[u8]>, u64>> {
    Ok(places.entries(dir)?.into_iter().map(|entry| (entry.name, entry.ino)).collect())
}
