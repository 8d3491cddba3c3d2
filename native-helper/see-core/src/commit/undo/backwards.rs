//! Reads a journal backwards into a plan: each step becomes its inverse, and what the host must have for it is looked
//! at. Changes nothing.

mod fate;
mod names;
mod ties;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::error::{Conflict, ConflictReason, ErrorCode, Resolution, Result, SeeError};
use crate::path::HostPath;

use crate::check::in_use::InUse;

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
use fate::Fate;
use ties::Ties;

/// Reads a journal backwards.
pub(super) struct Backwards<'j> {
    pub(super) places: &'j mut Places,
    journal: &'j Journal,
    id: String,
    steps: &'j [Step],
    /// What the commit left, by place.
    left: BTreeMap<Spot, Stat>,
    /// What failed attempts to take it back left.
    attempts: LeftByUs,
    in_use: InUse,
    /// What is changed or moved, as it stands now.
    before: BTreeMap<Spot, Stat>,
    /// Ends of the commit's renames: among them the places where objects rested between two names on the host.
    transit: HashSet<&'j Spot>,
    /// Resting places of the commit, and those that stand in for them now.
    rests: HashMap<Spot, Spot>,
    /// Names, as they are now, whose objects the steps so far take away.
    taken: HashSet<Spot>,
    /// Names, as they are now, that something is brought back to beside what stays.
    beside: HashSet<Spot>,
    /// Names that the commit changed, once they are asked for.
    touched: Option<Rc<HashSet<Spot>>>,
    /// Steps that a person left as they are, with those that stay with them; and whether there are more than this reading knew.
    stays: HashSet<usize>,
    is_stale: bool,
    ties: Option<Ties>,
    slots: u64,
    plan: Plan,
    /// What to do about conflicts, by path.
    resolve: &'j [(HostPath, Resolution)],
    pub(super) conflicts: Vec<Conflict>,
    /// How many steps are taken back, and how many are left as they are because a person said so.
    pub(super) taken_back: u64,
    pub(super) left_alone: u64,
}

impl<'j> Backwards<'j> {
    pub(super) fn new(
        places: &'j mut Places,
        journal: &'j Journal,
        attempts: LeftByUs,
        id: &str,
        resolve: &'j [(HostPath, Resolution)],
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
            in_use: InUse::default(),
            before: BTreeMap::new(),
            transit: renames.flatten().collect(),
            rests: HashMap::new(),
            taken: HashSet::new(),
            beside: HashSet::new(),
            touched: None,
            stays: HashSet::new(),
            is_stale: false,
            ties: None,
            slots: 0,
            plan: Plan::default(),
            resolve,
            conflicts: Vec::new(),
            taken_back: 0,
            left_alone: 0,
        })
    }

    /// Returns the plan; without the steps that are left as they are, which only a reading tells.
    pub(super) fn read(&mut self) -> Result<Plan> {
        loop {
            self.before.clear();
            self.rests.clear();
            self.taken.clear();
            self.conflicts.clear();
            (self.slots, self.taken_back, self.left_alone) = (0, 0, 0);
            self.plan = Plan { rooms: self.journal.header.rooms.clone(), ..Plan::default() };
            let plan = self.read_once()?;
            if !std::mem::take(&mut self.is_stale) {
                return Ok(plan);
            }
        }
    }

    fn read_once(&mut self) -> Result<Plan> {
        let (mut kept, mut ends) = (Vec::new(), Vec::new());
        let moves = Moves::new(self.places, self.steps.iter());
        let away = self.away()?;
        for (index, step) in self.steps.iter().enumerate().rev() {
            match step {
                step if self.stays.contains(&index) || spots(step).any(|at| away.contains(&at.base)) => {
                    self.left_alone += u64::from(is_work(step));
                }
                Step::KeepTime { at, object, mtime } if self.places.role(at)? == Role::Host => {
                    // Where something stays, it may have another name at the end than at first.
                    let is_named = self.stays.is_empty() || moves.forward(at, index) == *at;
                    if is_named && self.time_is_ours((at, object), index, &moves)? {
                        ends.push(Step::SetTime { at: at.clone(), object: *object, mtime: *mtime });
                    }
                }
                Step::SetTime { at, object, .. } if self.places.role(at)? == Role::Host => {
                    if let Some(now) = self.places.stat(at)?.filter(|now| now.identity == *object) {
                        self.before.entry(at.clone()).or_insert(now);
                        kept.push(Step::KeepTime { at: at.clone(), object: *object, mtime: now.mtime });
                    }
                }
                // An object keeps no marks in a backup, and permissions for one step are given anew.
                step if !is_work(step) => {}
                step => {
                    if self.invert(step, index, &moves)? {
                        self.taken_back += 1;
                        self.take(step, index, &moves)?;
                    } else {
                        self.left_alone += 1;
                    }
                }
            }
        }
        let mut plan = std::mem::take(&mut self.plan);
        let quiet = |step| Planned::new(step, Vec::new());
        let mut steps: Vec<Planned> = kept.into_iter().map(quiet).collect();
        steps.append(&mut plan.steps);
        steps.extend(ends.into_iter().map(quiet));
        plan.steps = steps;
        for (at, stat) in std::mem::take(&mut self.before) {
            plan.before.push(Seen::new(self.places, at, stat)?);
        }
        plan.results = results(self.places, &plan.steps)?;
        Ok(plan)
    }

    /// Returns the trees of the host whose file systems are not there: what was done there can only be left as it is, all of
    /// it.
    fn away(&mut self) -> Result<HashSet<u16>> {
        let mut away = HashSet::new();
        for at in self.steps.iter().flat_map(spots) {
            let top = Spot { base: at.base, path: Bytes::default() };
            if !away.contains(&at.base) && self.places.is_away(&top)? {
                self.decide(&top, ConflictReason::NameVanished, None, vec![Resolution::Skip]);
                away.insert(at.base);
            }
        }
        self.plan.rooms.retain(|room| !away.contains(&room.serves.base));
        Ok(away)
    }

    /// Tells whether a directory is there still and has the time that the commit gave it, so that it may get its former one.
    fn time_is_ours(
        &mut self,
        (at, object): (&Spot, &Identity),
        index: usize,
        moves: &Moves,
    ) -> Result<bool> {
        let now = moves.forward(at, index);
        let ours = self.steps.iter().rev().find_map(|step| match step {
            Step::SetTime { at, mtime, .. } if *at == now => Some(*mtime),
            _ => None,
        });
        let stat = self.places.stat(&now)?.filter(|stat| stat.identity == *object);
        Ok(stat.is_some_and(|stat| ours.is_none_or(|ours| stat.mtime == ours)))
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

    /// Adds the inverse of a step; tells whether there is one, or what the step did stays.
    fn invert(&mut self, step: &Step, index: usize, moves: &Moves) -> Result<bool> {
        match step {
            Step::Move { to, object, purpose: Purpose::Create, .. } => {
                let Fate::Goes { object: now, expects } = self.expect_left(to, index, moves, *object)? else {
                    return self.stay(index);
                };
                // It is gone already.
                let Some(object) = now else { return Ok(true) };
                let (from, to) = (to.clone(), self.slot_near(to)?);
                self.add(Step::Move { from, to, object, purpose: Purpose::Remove }, expects);
            }
            Step::Move { from, to, object, purpose: Purpose::Remove } => {
                return self.invert_removal((from, to, *object), index, moves);
            }
            Step::Move { from, to, object, purpose: Purpose::Rename } => {
                return self.invert_rename((from, to, *object), index, moves);
            }
            Step::Replace { at, new, backup, object, old } => {
                let returns = if self.transit.contains(backup) {
                    self.rest(backup)?
                } else {
                    self.expect_backup(backup, old)?;
                    backup.clone()
                };
                let rests = self.transit.contains(new);
                let fate = self.expect_left(at, index, moves, *object)?;
                let (unwritten, fate) = match rests || self.transit.contains(backup) {
                    true => (false, fate),
                    false => {
                        self.expect_unwritten(&moves.forward(at, index), (index, *object), moves, fate)?
                    }
                };
                let (now, expects) = match fate {
                    Fate::Goes { object, expects } => (object, expects),
                    Fate::Shared => return self.share(at, backup, index, moves),
                    Fate::Stays => return self.stay(index),
                };
                let slot = if rests { self.rest(new)? } else { self.slot_near(at)? };
                let (at, object) = (at.clone(), *old);
                let step = match now {
                    Some(old) => Step::Replace { at, new: returns, backup: slot, object, old },
                    None => Step::Move { from: returns, to: at, object, purpose: Purpose::Create },
                };
                self.plan.steps.push(Planned { step, expects, unwritten });
            }
            Step::Link { at, object, .. } => return self.invert_link((at, *object), index, moves),
            Step::Unlink { target, at, object } => {
                return self.invert_unlink((target, at, *object), index, moves);
            }
            Step::Attributes { at, object, before, after } => {
                let now = moves.forward(at, index);
                let stat = self.places.stat(&now)?;
                let is_object = |stat: &Stat| stat.identity == *object;
                let found = match stat.filter(is_object) {
                    Some(stat) => {
                        let mut found = attributes::read(self.places, &now, None)?;
                        if stat.is_dir() {
                            found.mtime = after.mtime;
                        }
                        self.before.insert(now.clone(), stat);
                        Some(found)
                    }
                    None => None,
                };
                if found.as_ref() != Some(after) {
                    let mut choices = vec![Resolution::Skip];
                    choices.extend(found.as_ref().map(|_| Resolution::Overwrite));
                    let reason = ConflictReason::WriteThenChanged;
                    if self.decide(&now, reason, stat.as_ref(), choices) == Some(Resolution::Skip) {
                        return self.stay(index);
                    }
                }
                let (before, after) = (found.unwrap_or_else(|| after.clone()), before.clone());
                self.add(Step::Attributes { at: at.clone(), object: *object, before, after }, Vec::new());
            }
            Step::Rewrite { at, object, backup, before, after, .. } => {
                let (now, expects) = match self.expect_left(at, index, moves, *object)? {
                    Fate::Goes { object, expects } => (object, expects),
                    Fate::Shared => return self.share(at, backup, index, moves),
                    Fate::Stays => return self.stay(index),
                };
                let slot = self.slot_near(at)?;
                let from = moves.forward(at, index);
                // Whatever is there by now is rewritten, and what it was must come back when that fails.
                let (object, current) = match now {
                    Some(now) => (now, attributes::read(self.places, &from, None)?),
                    None => (*object, after.clone()),
                };
                self.plan.staged.push(Staged::Copy { from, to: slot.clone(), marks: None });
                let step = Step::Rewrite {
                    at: at.clone(),
                    object,
                    new: backup.clone(),
                    backup: slot,
                    before: current,
                    after: before.clone(),
                };
                self.add(step, expects);
            }
            Step::Mode { .. } | Step::Marks { .. } | Step::KeepTime { .. } | Step::SetTime { .. } => {}
        }
        Ok(true)
    }

    fn add(&mut self, step: Step, expects: Vec<(Spot, Stat)>) {
        self.plan.steps.push(Planned::new(step, expects));
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

/// Returns the places that a step is about.
fn spots(step: &Step) -> impl Iterator<Item = &Spot> {
    step.names().into_iter().chain([step.place()])
}

/// Tells whether a step is one that is taken back by its inverse, not one that only serves others.
fn is_work(step: &Step) -> bool {
    !matches!(step, Step::KeepTime { .. } | Step::SetTime { .. } | Step::Marks { .. } | Step::Mode { .. })
}
