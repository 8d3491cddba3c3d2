//! Reads a journal backwards into a plan: each step becomes its inverse, and what the host must have for it is looked
//! at. Changes nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::{Conflict, ConflictReason, ErrorCode, Result, SeeError};

use super::super::attributes;
use super::super::bytes::Bytes;
use super::super::journal::{Journal, Seen};
use super::super::left::LeftByUs;
use super::super::places::{Places, Role, Spot};
use super::super::plan::{Plan, Planned, Staged};
use super::super::rooms;
use super::super::stat::{Identity, Stat};
use super::super::step::{Purpose, Step};
use super::moves::{Moves, results};

/// Reads a journal backwards.
pub(super) struct Backwards<'j> {
    places: &'j mut Places,
    journal: &'j Journal,
    id: String,
    steps: &'j [Step],
    /// What the commit left, by place.
    left: BTreeMap<Spot, Stat>,
    /// What failed attempts to take it back left.
    attempts: LeftByUs,
    /// What is changed or moved, as it stands now.
    before: BTreeMap<Spot, Stat>,
    /// Ends of the commit's renames: among them the places where objects rested between two names on the host.
    transit: HashSet<&'j Spot>,
    /// Resting places of the commit, and those that stand in for them now.
    rests: HashMap<Spot, Spot>,
    /// Names, as they are now, whose objects the steps so far take away.
    taken: HashSet<Spot>,
    slots: u64,
    plan: Plan,
    pub(super) conflicts: Vec<Conflict>,
}

impl<'j> Backwards<'j> {
    pub(super) fn new(
        places: &'j mut Places,
        journal: &'j Journal,
        attempts: LeftByUs,
        id: &str,
    ) -> Result<Self> {
        let steps = journal.steps.as_deref().unwrap_or_default();
        let left = journal.left.iter().flatten().map(|left| (left.at.clone(), left.stat)).collect();
        let renames = steps.iter().filter_map(|step| match step {
            Step::Move { from, to, purpose: Purpose::Rename, .. } => Some([from, to]),
            _ => None,
        });
        Ok(Self {
            places,
            journal,
            id: id.to_owned(),
            steps,
            left,
            attempts,
            before: BTreeMap::new(),
            transit: renames.flatten().collect(),
            rests: HashMap::new(),
            taken: HashSet::new(),
            slots: 0,
            plan: Plan { rooms: journal.header.rooms.clone(), ..Plan::default() },
            conflicts: Vec::new(),
        })
    }

    pub(super) fn read(&mut self) -> Result<Plan> {
        let (mut kept, mut ends) = (Vec::new(), Vec::new());
        let moves = Moves::new(self.places, self.steps.iter());
        for (index, step) in self.steps.iter().enumerate().rev() {
            match step {
                Step::KeepTime { at, object, mtime } if self.places.role(at)? == Role::Host => {
                    if self.time_is_ours(at, index, &moves)? {
                        ends.push(Step::SetTime { at: at.clone(), object: *object, mtime: *mtime });
                    }
                }
                Step::SetTime { at, object, .. } if self.places.role(at)? == Role::Host => {
                    if let Some(now) = self.places.stat(at)? {
                        self.before.entry(at.clone()).or_insert(now);
                        kept.push(Step::KeepTime { at: at.clone(), object: *object, mtime: now.mtime });
                    }
                }
                // An object keeps no marks in a backup, and permissions for one step are given anew.
                Step::KeepTime { .. } | Step::SetTime { .. } | Step::Marks { .. } | Step::Mode { .. } => {}
                step => {
                    self.invert(step, index, &moves)?;
                    self.take(step, index, &moves)?;
                }
            }
        }
        let mut plan = std::mem::take(&mut self.plan);
        let quiet = |step| Planned { step, expects: Vec::new() };
        let mut steps: Vec<Planned> = kept.into_iter().map(quiet).collect();
        steps.append(&mut plan.steps);
        steps.extend(ends.into_iter().map(quiet));
        plan.steps = steps;
        let before = std::mem::take(&mut self.before).into_iter();
        plan.before = before.map(|(at, stat)| Seen { at, stat }).collect();
        plan.results = results(self.places, &plan.steps)?;
        Ok(plan)
    }

    /// Tells whether a directory still has the time that the commit gave it, so that it may get its former one.
    fn time_is_ours(&mut self, at: &Spot, index: usize, moves: &Moves) -> Result<bool> {
        let now = moves.forward(at, index);
        let ours = self.steps.iter().rev().find_map(|step| match step {
            Step::SetTime { at, mtime, .. } if *at == now => Some(*mtime),
            _ => None,
        });
        let Some(ours) = ours else { return Ok(true) };
        Ok(self.places.stat(&now)?.is_some_and(|stat| stat.mtime == ours))
    }

    /// Notes the name that a step put an object at, now that it is to be taken back.
    fn take(&mut self, step: &Step, index: usize, moves: &Moves) -> Result<()> {
        let at = match step {
            Step::Move { to, .. } => to,
            Step::Replace { at, .. } | Step::Link { at, .. } => at,
            _ => return Ok(()),
        };
        if self.places.role(at)? == Role::Host {
            self.taken.insert(moves.forward(at, index));
        }
        Ok(())
    }

    fn invert(&mut self, step: &Step, index: usize, moves: &Moves) -> Result<()> {
        match step {
            Step::Move { from, to, object, purpose: Purpose::Create } => {
                let expects = self.expect_left(to, index, moves)?;
                let slot = self.slot_near(to)?;
                let step =
                    Step::Move { from: to.clone(), to: slot, object: *object, purpose: Purpose::Remove };
                let _ = from;
                self.add(step, expects);
            }
            Step::Move { from, to, object, purpose: Purpose::Remove } => {
                self.expect_backup(to, object)?;
                let now = moves.forward(from, index);
                if let Some(stat) = self.places.stat(&now)?.filter(|_| !self.taken.contains(&now)) {
                    self.conflict(&now, ConflictReason::NameAppeared, Some(&stat));
                }
                let (from, to) = (to.clone(), from.clone());
                self.add(Step::Move { from, to, object: *object, purpose: Purpose::Create }, Vec::new());
            }
            Step::Move { from, to, object, purpose: Purpose::Rename } => {
                let mut expects = Vec::new();
                if self.places.role(to)? == Role::Host {
                    let now = moves.forward(to, index);
                    match self.places.stat(&now)? {
                        Some(stat) if stat.identity == *object => {
                            self.before.insert(now, stat);
                            expects.push((to.clone(), stat));
                        }
                        stat => self.conflict(&now, ConflictReason::NameVanished, stat.as_ref()),
                    }
                }
                let (from, to) = (self.rest(to)?, self.rest(from)?);
                self.add(Step::Move { from, to, object: *object, purpose: Purpose::Rename }, expects);
            }
            Step::Replace { at, new, backup, object, old } => {
                let returns = if self.transit.contains(backup) {
                    self.rest(backup)?
                } else {
                    self.expect_backup(backup, old)?;
                    backup.clone()
                };
                let expects = self.expect_left(at, index, moves)?;
                let slot = if self.transit.contains(new) { self.rest(new)? } else { self.slot_near(at)? };
                let step =
                    Step::Replace { at: at.clone(), new: returns, backup: slot, object: *old, old: *object };
                self.add(step, expects);
            }
            Step::Link { target, at, object } => {
                let now = moves.forward(at, index);
                match self.places.stat(&now)? {
                    Some(stat) if stat.identity == *object => {
                        self.before.insert(now, stat);
                    }
                    stat => self.conflict(&now, ConflictReason::WriteThenChanged, stat.as_ref()),
                }
                let (target, at) = (target.clone(), at.clone());
                self.add(Step::Unlink { target, at, object: *object }, Vec::new());
            }
            Step::Unlink { target, at, object } => {
                let (target, at) = (target.clone(), at.clone());
                self.add(Step::Link { target, at, object: *object }, Vec::new());
            }
            Step::Attributes { at, object, before, after } => {
                let now = moves.forward(at, index);
                let stat = self.places.stat(&now)?;
                let is_same = match &stat {
                    Some(stat) if stat.identity == *object => {
                        let mut found = attributes::read(self.places, &now, None)?;
                        if stat.is_dir() {
                            found.mtime = after.mtime;
                        }
                        found == *after
                    }
                    _ => false,
                };
                if let Some(stat) = stat.filter(|_| is_same) {
                    self.before.insert(now.clone(), stat);
                }
                if !is_same {
                    self.conflict(&now, ConflictReason::WriteThenChanged, stat.as_ref());
                }
                let (before, after) = (after.clone(), before.clone());
                self.add(Step::Attributes { at: at.clone(), object: *object, before, after }, Vec::new());
            }
            Step::Rewrite { at, object, backup, before, after, .. } => {
                let expects = self.expect_left(at, index, moves)?;
                let slot = self.slot_near(at)?;
                let from = moves.forward(at, index);
                self.plan.staged.push(Staged::Copy { from, to: slot.clone(), marks: None });
                let step = Step::Rewrite {
                    at: at.clone(),
                    object: *object,
                    new: backup.clone(),
                    backup: slot,
                    before: after.clone(),
                    after: before.clone(),
                };
                self.add(step, expects);
            }
            Step::Mode { .. } | Step::Marks { .. } | Step::KeepTime { .. } | Step::SetTime { .. } => {}
        }
        Ok(())
    }

    fn add(&mut self, step: Step, expects: Vec<(Spot, Stat)>) {
        self.plan.steps.push(Planned { step, expects });
    }

    /// Returns how an object that the commit left must stand when it is taken away again, with all below it.
    fn expect_left(&mut self, at: &Spot, index: usize, moves: &Moves) -> Result<Vec<(Spot, Stat)>> {
        let now = moves.forward(at, index);
        let below: Vec<(Spot, Stat)> = self
            .left
            .range(now.clone()..)
            .take_while(|(spot, _)| spot.base == now.base && spot.path.0.starts_with(&now.path.0))
            .filter(|(spot, _)| spot.below(&now).is_some())
            .map(|(spot, stat)| (spot.clone(), *stat))
            .collect();
        if below.first().is_none_or(|(spot, _)| *spot != now) {
            let stat = self.places.stat(&now)?;
            self.conflict(&now, ConflictReason::WriteThenChanged, stat.as_ref());
        }
        let mut expects = Vec::new();
        for (spot, left) in below {
            match self.places.stat(&spot)? {
                Some(stat) if self.attempts.leads_from(&left, &stat) => {
                    if spot == now {
                        self.before.insert(spot.clone(), stat);
                    }
                    if self.is_taken(&spot, &now) {
                        continue;
                    }
                    let rest = spot.below(&now).unwrap_or_default().to_vec();
                    expects.push((at.join(&rest), stat));
                }
                Some(stat) => self.conflict(&spot, ConflictReason::WriteThenChanged, Some(&stat)),
                None => self.conflict(&spot, ConflictReason::NameVanished, None),
            }
        }
        Ok(expects)
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

    fn expect_backup(&mut self, spot: &Spot, object: &Identity) -> Result<()> {
        if let Some(stat) = self.places.stat(spot)?.filter(|stat| stat.identity == *object) {
            self.before.insert(spot.clone(), stat);
            return Ok(());
        }
        let path = self.places.path(spot);
        Err(SeeError::new(
            ErrorCode::NotUndoable,
            format!("The backup of the commit {} is damaged.", self.journal.header.commit),
            "Bring the former state back by hand.",
        )
        .with_path(&path))
    }

    fn conflict(&mut self, spot: &Spot, reason: ConflictReason, host: Option<&Stat>) {
        let path = self.places.path(spot).to_ref();
        if self.conflicts.iter().any(|conflict| conflict.path == path) {
            return;
        }
        let host_changed = host.map(|stat| stat.last_changed().to_rfc3339());
        self.conflicts.push(Conflict {
            path,
            reason,
            first_seen: None,
            host_changed,
            choices: Vec::new(),
            merge: None,
            only_read: false,
        });
    }

    /// Returns a free resting place from which a rename reaches this spot of the host.
    fn slot_near(&mut self, near: &Spot) -> Result<Spot> {
        let room = rooms::find(&self.journal.header.rooms, near);
        let room = room.ok_or_else(|| SeeError::internal("A journal has no room for one of its steps."))?;
        let base = self.places.base(Role::Stage, &room.stage(&self.id))?;
        self.slots += 1;
        Ok(Spot { base, path: Bytes(self.slots.to_string().into_bytes()) })
    }

    /// Returns the spot itself, or for a resting place of the commit the one that stands in for it.
    fn rest(&mut self, spot: &Spot) -> Result<Spot> {
        if self.places.role(spot)? == Role::Host {
            return Ok(spot.clone());
        }
        if let Some(rest) = self.rests.get(spot) {
            return Ok(rest.clone());
        }
        // Near to where the object comes from or goes to: the other end of a move through this resting place.
        let ends = self.steps.iter().find_map(|step| match step {
            Step::Move { from, to, purpose: Purpose::Rename, .. } if to == spot => Some(from.clone()),
            Step::Move { from, to, purpose: Purpose::Rename, .. } if from == spot => Some(to.clone()),
            Step::Replace { at, new, .. } if new == spot => Some(at.clone()),
            _ => None,
        });
        let near = ends.ok_or_else(|| SeeError::internal("A resting place leads nowhere."))?;
        let rest = self.slot_near(&near)?;
        self.rests.insert(spot.clone(), rest.clone());
        Ok(rest)
    }
}
