//! Takes back what a commit did to names alone: what it renamed, deleted or linked. Where the host has changed such a name since, a
//! person decides. Only looks.

use std::collections::HashSet;

use crate::change::FileType;
use crate::error::{ConflictReason, Resolution, Result};

use super::super::super::places::{Role, Spot};
use super::super::super::stat::{Identity, Stat};
use super::super::super::step::{Purpose, Step};
use super::super::moves::Moves;
use super::Backwards;

/// What there is where an object comes back to.
enum Home {
    Free,
    Taken(Stat),
    /// Not even the directory.
    Gone,
}

impl Backwards<'_> {
    /// Gives an object of the host its former name back.
    pub(super) fn invert_rename(
        &mut self,
        (from, to, object): (&Spot, &Spot, Identity),
        index: usize,
        moves: &Moves,
    ) -> Result<bool> {
        let mut expects = Vec::new();
        if self.places.role(to)? == Role::Host {
            let now = moves.forward(to, index);
            match self.places.stat(&now)? {
                Some(stat) if stat.identity == object => {
                    self.before.insert(now, stat);
                    expects.push((to.clone(), stat));
                }
                stat => {
                    let (reason, choices) = (ConflictReason::NameVanished, vec![Resolution::Skip]);
                    if self.decide(&now, reason, stat.as_ref(), choices) == Some(Resolution::Skip) {
                        return self.stay(index);
                    }
                }
            }
        }
        if self.places.role(from)? == Role::Host {
            let (now, home) = self.home(from, index, moves)?;
            match home {
                Home::Free => {}
                Home::Gone => {
                    let (reason, choices) = (ConflictReason::NameVanished, vec![Resolution::Skip]);
                    if self.decide(&now, reason, None, choices) == Some(Resolution::Skip) {
                        return self.stay(index);
                    }
                }
                Home::Taken(stat) => {
                    let mut choices = vec![Resolution::Skip];
                    choices.extend((!stat.is_dir()).then_some(Resolution::Overwrite));
                    let reason = ConflictReason::NameAppeared;
                    if self.decide(&now, reason, Some(&stat), choices) == Some(Resolution::Skip) {
                        return self.stay(index);
                    }
                    self.before.insert(now, stat);
                    let (at, slot, object) = (from.clone(), self.slot_near(from)?, stat.identity);
                    let expects = vec![(at.clone(), stat)];
                    self.add(Step::Move { from: at, to: slot, object, purpose: Purpose::Remove }, expects);
                }
            }
        }
        let (from, to) = (self.rest(to)?, self.rest(from)?);
        self.add(Step::Move { from, to, object, purpose: Purpose::Rename }, expects);
        Ok(true)
    }

    /// Brings back what was taken away.
    pub(super) fn invert_removal(
        &mut self,
        (from, to, object): (&Spot, &Spot, Identity),
        index: usize,
        moves: &Moves,
    ) -> Result<bool> {
        self.expect_backup(to, &object)?;
        let (now, home) = self.home(from, index, moves)?;
        let (backup, at) = (to.clone(), from.clone());
        let stat = match home {
            Home::Free => {
                self.add(Step::Move { from: backup, to: at, object, purpose: Purpose::Create }, Vec::new());
                return Ok(true);
            }
            Home::Gone => {
                let choices = vec![Resolution::Skip];
                let choice = self.decide(&now, ConflictReason::NameVanished, None, choices);
                return if choice == Some(Resolution::Skip) { self.stay(index) } else { Ok(true) };
            }
            Home::Taken(stat) => stat,
        };
        // What took the name goes into the backup, unless it is a directory: that may hold anything.
        let mut choices = self.skip_alone(&now, moves)?;
        let can_share = !choices.is_empty() && object.kind == FileType::File && self.is_untied(index)?;
        if !stat.is_dir() {
            choices.push(Resolution::Overwrite);
        }
        choices.extend(can_share.then_some(Resolution::Both));
        match self.decide(&now, ConflictReason::NameAppeared, Some(&stat), choices) {
            Some(Resolution::Skip) => return self.stay(index),
            Some(Resolution::Both) => return self.share(from, to, index, moves),
            _ => {}
        }
        self.before.insert(now, stat);
        let (slot, old) = (self.slot_near(&at)?, stat.identity);
        let expects = vec![(at.clone(), stat)];
        self.add(Step::Replace { at, new: backup, backup: slot, object, old }, expects);
        Ok(true)
    }

    /// Takes a further name from an object. It rests in the backup, because the host may have taken all others meanwhile.
    pub(super) fn invert_link(
        &mut self,
        (at, object): (&Spot, Identity),
        index: usize,
        moves: &Moves,
    ) -> Result<bool> {
        let now = moves.forward(at, index);
        let stat = self.places.stat(&now)?;
        if stat.is_none_or(|stat| stat.identity != object) {
            let mut choices = vec![Resolution::Skip];
            let can_go = match stat {
                Some(stat) => !stat.is_dir(),
                // Nothing is there to take away, but the directory can go all the same.
                None => self.skip_alone(&now, moves)?.is_empty(),
            };
            choices.extend(can_go.then_some(Resolution::Overwrite));
            let reason = match stat {
                Some(_) => ConflictReason::WriteThenChanged,
                None => ConflictReason::NameVanished,
            };
            if self.decide(&now, reason, stat.as_ref(), choices) == Some(Resolution::Skip) {
                return self.stay(index);
            }
        }
        let Some(stat) = stat else { return Ok(true) };
        self.before.insert(now, stat);
        let (from, to, object) = (at.clone(), self.slot_near(at)?, stat.identity);
        let expects = vec![(at.clone(), stat)];
        self.add(Step::Move { from, to, object, purpose: Purpose::Remove }, expects);
        Ok(true)
    }

    /// Gives an object the further name again that an undo took from it: one of a version before, where that name was not kept.
    pub(super) fn invert_unlink(
        &mut self,
        (target, at, object): (&Spot, &Spot, Identity),
        index: usize,
        moves: &Moves,
    ) -> Result<bool> {
        let source = moves.forward(target, index);
        let found = self.places.stat(&source)?.filter(|stat| stat.identity == object);
        let (now, home) = self.home(at, index, moves)?;
        let (reason, host) = match (found, home) {
            (Some(stat), Home::Free) => {
                self.before.entry(source).or_insert(stat);
                let (target, at) = (target.clone(), at.clone());
                let expects = vec![(target.clone(), stat)];
                self.add(Step::Link { target, at, object }, expects);
                return Ok(true);
            }
            (_, Home::Taken(stat)) => (ConflictReason::NameAppeared, Some(stat)),
            // What bore the name is nowhere to be found.
            (None, _) | (_, Home::Gone) => (ConflictReason::NameVanished, None),
        };
        let choices = vec![Resolution::Skip];
        match self.decide(&now, reason, host.as_ref(), choices) {
            Some(Resolution::Skip) => self.stay(index),
            _ => Ok(true),
        }
    }

    /// Leaves what a step did as it is, and with it what cannot be taken back without.
    pub(super) fn stay(&mut self, index: usize) -> Result<bool> {
        let all = self.tied(index)?;
        self.is_stale |= !all.is_subset(&self.stays);
        self.stays.extend(all);
        Ok(false)
    }

    /// Tells whether a step can stay by itself.
    pub(super) fn is_untied(&mut self, index: usize) -> Result<bool> {
        Ok(self.tied(index)?.len() == 1)
    }

    fn tied(&mut self, index: usize) -> Result<HashSet<usize>> {
        let ties = match self.ties.take() {
            Some(ties) => ties,
            None => super::ties::Ties::new(self.places, self.steps)?,
        };
        let all = ties.with(index);
        self.ties = Some(ties);
        Ok(all)
    }

    /// Tells whether the directory is there that holds a place, as that is named now.
    pub(super) fn has_holder(&mut self, now: &Spot) -> Result<bool> {
        let top = now.parent();
        Ok(top.path.0.is_empty() || self.places.stat(&top)?.is_some_and(|stat| stat.is_dir()))
    }

    /// Returns how the name is called now that a step took an object from, and what is there.
    fn home(&mut self, from: &Spot, index: usize, moves: &Moves) -> Result<(Spot, Home)> {
        let now = moves.forward(&from.parent(), index).join(from.split().1);
        let home = match self.places.stat(&now)?.filter(|_| !self.taken.contains(&now)) {
            Some(stat) => Home::Taken(stat),
            None if self.has_holder(&now)? => Home::Free,
            None => Home::Gone,
        };
        Ok((now, home))
    }
}
