//! What becomes of the objects that a commit left when it is taken back: they go, or, where the host changed them and a
//! person says so, stay. Only looks.

use std::collections::HashSet;
use std::rc::Rc;

use crate::change::FileType;
use crate::error::{Conflict, ConflictReason, Resolution, Result, SeeError};

use super::super::super::beside::names_beside;
use super::super::super::places::{Role, Spot};
use super::super::super::stat::{Identity, Stat};
use super::super::super::step::{Purpose, Step};
use super::super::moves::Moves;
use super::Backwards;

/// What becomes of an object that the commit left.
pub(super) enum Fate {
    /// It goes; when these are as they are now. The object is the one that is there now, if any.
    Goes { object: Option<Identity>, expects: Vec<(Spot, Stat)> },
    /// It stays, and what was there before does not come back.
    Stays,
    /// It stays, and what was there before comes back beside it.
    Shared,
}

impl Backwards<'_> {
    /// Returns what becomes of an object that the commit left, and how it must stand, with all below it, when it is taken
    /// away again.
    pub(super) fn expect_left(
        &mut self,
        at: &Spot,
        index: usize,
        moves: &Moves,
        object: Identity,
    ) -> Result<Fate> {
        let now = moves.forward(at, index);
        let below: Vec<(Spot, Stat)> = self
            .left
            .range(now.clone()..)
            .take_while(|(spot, _)| spot.base == now.base && spot.path.0.starts_with(&now.path.0))
            .filter(|(spot, _)| spot.below(&now).is_some())
            .map(|(spot, stat)| (spot.clone(), *stat))
            .collect();
        let top = self.places.stat(&now)?;
        if below.first().is_none_or(|(spot, _)| *spot != now) {
            let choices = self.skip_alone(&now, moves)?;
            let reason = ConflictReason::WriteThenChanged;
            if self.decide(&now, reason, top.as_ref(), choices) == Some(Resolution::Skip) {
                return Ok(Fate::Stays);
            }
        }
        let mut expects = Vec::new();
        for (spot, left) in below {
            let stat = self.places.stat(&spot)?;
            let is_ours = stat.is_some_and(|stat| self.attempts.leads_from(&left, &stat));
            if !is_ours {
                let reason = match stat {
                    Some(_) => ConflictReason::WriteThenChanged,
                    None => ConflictReason::NameVanished,
                };
                let choices = self.choices(&spot, (&now, index, object), stat.as_ref(), moves)?;
                match self.decide(&spot, reason, stat.as_ref(), choices) {
                    Some(Resolution::Skip) => return Ok(Fate::Stays),
                    Some(Resolution::Both) => return Ok(Fate::Shared),
                    _ => {}
                }
            }
            let Some(stat) = stat else { continue };
            if spot == now {
                self.before.insert(spot.clone(), stat);
            }
            if self.is_taken(&spot, &now) {
                continue;
            }
            let rest = spot.below(&now).unwrap_or_default().to_vec();
            expects.push((at.join(&rest), stat));
        }
        Ok(Fate::Goes { object: top.map(|stat| stat.identity), expects })
    }

    /// Looks whether a program of the host has the file at this place open for writing: it would go on in the file that the
    /// undo takes away. Returns whether nobody may have it open when its step comes, and what becomes of the file.
    pub(super) fn expect_unwritten(
        &mut self,
        now: &Spot,
        (index, object): (usize, Identity),
        moves: &Moves,
        fate: Fate,
    ) -> Result<(bool, Fate)> {
        let stat = self.places.stat(now)?.filter(|stat| stat.identity.kind == FileType::File);
        let (Some(stat), Fate::Goes { .. }) = (stat, &fate) else { return Ok((false, fate)) };
        if !self.in_use.is_written(self.places, now, &stat)? {
            return Ok((true, fate));
        }
        let choices = self.choices(now, (now, index, object), Some(&stat), moves)?;
        let fate = match self.decide(now, ConflictReason::InUse, Some(&stat), choices) {
            Some(Resolution::Skip) => Fate::Stays,
            Some(Resolution::Both) => Fate::Shared,
            _ => fate,
        };
        Ok((false, fate))
    }

    /// Returns what can be done about an object that is not as the commit left it. `top` is what the step took, with
    /// all below it: it goes as a whole, or stays as a whole.
    fn choices(
        &mut self,
        spot: &Spot,
        (top, index, object): (&Spot, usize, Identity),
        stat: Option<&Stat>,
        moves: &Moves,
    ) -> Result<Vec<Resolution>> {
        let step = self.steps.get(index);
        let rests = matches!(step, Some(Step::Replace { new, backup, .. })
            if self.transit.contains(new) || self.transit.contains(backup));
        let mut choices = if spot == top { self.skip_alone(top, moves)? } else { Vec::new() };
        let can_go = match (step, stat) {
            // Nothing is there to take away, but the directory can go all the same.
            (Some(Step::Move { .. }), None) => choices.is_empty(),
            (Some(Step::Rewrite { .. }), stat) => stat.is_some_and(|stat| stat.identity == object),
            // What came from another name goes back there, as it is now.
            (_, Some(stat)) if rests => stat.identity == object,
            (_, Some(stat)) => spot != top || stat.identity.kind == object.kind,
            (_, None) => !rests && (spot != top || self.has_holder(top)?),
        };
        let can_share = spot == top && stat.is_some() && !rests && !choices.is_empty();
        if can_go {
            choices.push(Resolution::Overwrite);
        }
        let former = match step {
            Some(Step::Replace { old, .. }) => Some(old.kind),
            Some(Step::Rewrite { object, .. }) => Some(object.kind),
            _ => None,
        };
        if can_share && former == Some(FileType::File) && self.is_untied(index)? {
            choices.push(Resolution::Both);
        }
        Ok(choices)
    }

    /// Brings what was at a place before back beside what stays there, out of the backup.
    pub(super) fn share(&mut self, at: &Spot, backup: &Spot, index: usize, moves: &Moves) -> Result<bool> {
        let Some(stat) = self.places.stat(backup)? else { return self.stay(index) };
        self.before.insert(backup.clone(), stat);
        let name = at.split().1;
        let now = moves.forward(&at.parent(), index);
        let touched = self.touched(moves)?;
        for name in names_beside(name, &self.journal.header.commit) {
            let beside = now.join(&name);
            let is_taken = touched.contains(&beside) || self.beside.contains(&beside);
            if !is_taken && self.places.stat(&beside)?.is_none() {
                self.beside.insert(beside);
                let (from, to) = (backup.clone(), at.parent().join(&name));
                let step = Step::Move { from, to, object: stat.identity, purpose: Purpose::Create };
                self.add(step, Vec::new());
                return Ok(true);
            }
        }
        Err(SeeError::internal("No name is free beside a file.").with_path(&self.places.path(&now)))
    }

    /// Returns the choice to leave a place as it is, when nothing above it is taken back.
    pub(super) fn skip_alone(&mut self, now: &Spot, moves: &Moves) -> Result<Vec<Resolution>> {
        let touched = self.touched(moves)?;
        let mut at = now.clone();
        let mut is_alone = true;
        while is_alone && !at.path.0.is_empty() {
            at = at.parent();
            is_alone = !touched.contains(&at);
        }
        Ok(if is_alone { vec![Resolution::Skip] } else { Vec::new() })
    }

    /// Returns the names on the host that the commit's steps changed, as they are now.
    fn touched(&mut self, moves: &Moves) -> Result<Rc<HashSet<Spot>>> {
        if let Some(touched) = &self.touched {
            return Ok(Rc::clone(touched));
        }
        let mut touched = HashSet::new();
        for (index, step) in self.steps.iter().enumerate() {
            for name in step.names() {
                if self.places.role(name)? == Role::Host {
                    touched.insert(moves.forward(name, index));
                }
            }
        }
        Ok(Rc::clone(self.touched.insert(Rc::new(touched))))
    }

    /// Tells whether this place below `top` is empty by then: the steps so far take its object, or one above it, away.
    fn is_taken(&self, spot: &Spot, top: &Spot) -> bool {
        let mut at = spot.clone();
        while at != *top {
            if self.taken.contains(&at) {
                return true;
            }
            at = at.parent();
        }
        false
    }

    /// Returns what a person decided about a conflict; notes it when that is open.
    pub(super) fn decide(
        &mut self,
        spot: &Spot,
        reason: ConflictReason,
        host: Option<&Stat>,
        choices: Vec<Resolution>,
    ) -> Option<Resolution> {
        let place = self.places.path(spot);
        let chosen = self.resolve.iter().rev().find(|(path, _)| *path == place).map(|(_, choice)| *choice);
        if let Some(choice) = chosen.filter(|choice| choices.contains(choice)) {
            return Some(choice);
        }
        let path = place.to_ref();
        if !self.conflicts.iter().any(|conflict| conflict.path == path) {
            let host_changed = host.map(|stat| stat.last_changed().to_rfc3339());
            self.conflicts.push(Conflict {
                path,
                reason,
                first_seen: None,
                host_changed,
                choices,
                merge: None,
                only_read: false,
                listing: false,
            });
        }
        None
    }
}
