//! Objects that their owner may not write to, and directories that he may not go through. An ordinary user's commit gives itself the permission right before a
//! step that needs it and takes it away right after, by steps of the same journal: a crash in between loses nothing.

use std::collections::{BTreeMap, HashMap};

use rustix::process::{getegid, geteuid, getgroups};

use crate::change::FileType;
use crate::error::{Result, SeeError};

use super::attributes;
use super::journal::Residue;
use super::places::{Places, Spot};
use super::plan::{Plan, Planned, Staged};
use super::stat::{Identity, Stat};
use super::step::Step;

/// Every bit that is ever lent.
pub const LENT: u32 = 0o300;
const SET_GROUP: u32 = 0o2000;

/// Puts steps that change permissions around those that would fail without. Does nothing for root.
pub fn loosen(places: &mut Places, plan: &mut Plan) -> Result<()> {
    if geteuid().is_root() {
        return Ok(());
    }
    let steps = std::mem::take(&mut plan.steps);
    let mut gatekeeper = Gatekeeper::new(places, plan)?;
    let mut loosened = Vec::with_capacity(steps.len());
    for planned in steps {
        let mut closed = Vec::new();
        for need in needs(&planned.step) {
            closed.extend(gatekeeper.look(need)?);
        }
        gatekeeper.follow(&planned.step);
        // What the step expects can be told from our own change only before that.
        let expects = |_: &Closed| planned.expects.clone();
        loosened.extend(closed.iter().map(|closed| Planned::new(closed.open(), expects(closed))));
        loosened.push(planned);
        loosened.extend(closed.iter().map(|closed| Planned::new(closed.close(), Vec::new())));
    }
    plan.steps = loosened;
    loosen_residue(places, &mut plan.residue)
}

/// Adds to what is left to do in layers that the directories which it opens up are closed again at the end.
fn loosen_residue(places: &mut Places, residue: &mut Vec<Residue>) -> Result<()> {
    let mut closed = BTreeMap::new();
    for one in residue.iter() {
        let dir = match one {
            Residue::Remove(spot) | Residue::Whiteout(spot) => spot.parent(),
            Residue::Unmark(spot) => spot.clone(),
            Residue::Mode(..) => continue,
        };
        if let Some(stat) = places.stat(&dir)?.filter(is_closed) {
            closed.insert(dir, stat.mode);
        }
    }
    residue.extend(closed.into_iter().map(|(dir, mode)| Residue::Mode(dir, mode)));
    Ok(())
}

/// Opens up a directory of a layer; a residue closes it again.
pub fn open_up(places: &mut Places, dir: &Spot) -> Result<()> {
    match places.stat(dir)?.filter(is_closed) {
        Some(stat) => attributes::set_mode(places, dir, None, stat.mode | lent(FileType::Directory)),
        None => Ok(()),
    }
}

/// Returns the permissions that work on an object of this kind takes.
fn lent(kind: FileType) -> u32 {
    if kind == FileType::Directory { LENT } else { 0o200 }
}

fn is_shut(mode: u32, kind: FileType) -> bool {
    mode & lent(kind) != lent(kind)
}

/// Tells whether a directory is ours and yet closed to us.
fn is_closed(stat: &Stat) -> bool {
    let uid = geteuid();
    !uid.is_root() && stat.is_dir() && stat.uid == uid.as_raw() && is_shut(stat.mode, FileType::Directory)
}

/// An object that a step must be allowed to write to.
struct Need {
    /// Where it is when the step begins, and when it ends.
    at: (Spot, Spot),
    /// Which one; `None` for whatever directory is there.
    object: Option<Identity>,
    /// Its permission bits before and after, when the step changes them.
    modes: Option<(u32, u32)>,
}

/// An object that must be opened up for a step.
struct Closed {
    at: (Spot, Spot),
    object: Identity,
    modes: (u32, u32),
}

impl Closed {
    fn open(&self) -> Step {
        let (at, before) = (self.at.0.clone(), self.modes.0);
        Step::Mode { at, object: self.object, before, after: before | lent(self.object.kind) }
    }

    fn close(&self) -> Step {
        let (at, after) = (self.at.1.clone(), self.modes.1);
        Step::Mode { at, object: self.object, before: after | lent(self.object.kind), after }
    }
}

fn needs(step: &Step) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut need = |from: &Spot, to: &Spot, object: &Identity, modes: Option<(u32, u32)>| {
        needs.push(Need { at: (from.clone(), to.clone()), object: Some(*object), modes });
    };
    // The kernel writes the new parent into a directory that moves.
    let is_written = |from: &Spot, to: &Spot, object: &Identity| {
        object.kind == FileType::Directory && from.parent() != to.parent()
    };
    match step {
        Step::Move { from, to, object, .. } if is_written(from, to, object) => need(from, to, object, None),
        Step::Replace { at, new, backup, object, old } => {
            if is_written(new, at, object) {
                need(new, at, object, None);
            }
            if is_written(at, backup, old) {
                need(at, backup, old, None);
            }
        }
        Step::Rewrite { at, object, before, after, .. } => {
            need(at, at, object, Some((before.mode, after.mode)));
        }
        Step::Attributes { at, object, before, after } if before.xattrs != after.xattrs => {
            need(at, at, object, Some((before.mode, after.mode)));
        }
        Step::Marks { at, object, .. } => need(at, at, object, None),
        _ => {}
    }
    for holder in step.names().into_iter().map(Spot::parent) {
        if !needs.iter().any(|need: &Need| need.object.is_none() && need.at.0 == holder) {
            needs.push(Need { at: (holder.clone(), holder), object: None, modes: None });
        }
    }
    needs
}

/// Who an object is and who may write to it.
#[derive(Clone, Copy)]
struct Standing {
    object: Identity,
    mode: u32,
    uid: u32,
    gid: u32,
}

impl From<Stat> for Standing {
    fn from(stat: Stat) -> Self {
        Self { object: stat.identity, mode: stat.mode, uid: stat.uid, gid: stat.gid }
    }
}

/// Follows the steps and knows what each object's permission bits are by then.
struct Gatekeeper<'p> {
    places: &'p mut Places,
    marked: &'p HashMap<Identity, Stat>,
    uid: u32,
    groups: Vec<u32>,
    /// Directories that are made before the first step.
    staged: HashMap<Spot, Standing>,
    /// Names that directories left and took, by the steps so far.
    moves: Vec<(Spot, Spot)>,
    /// Permission bits that steps so far have changed.
    modes: HashMap<Identity, u32>,
    seen: HashMap<Spot, Option<Standing>>,
}

impl<'p> Gatekeeper<'p> {
    fn new(places: &'p mut Places, plan: &'p Plan) -> Result<Self> {
        let groups =
            getgroups().map_err(|e| SeeError::internal(format!("The groups are not known: {e}.")))?;
        let mut groups: Vec<u32> = groups.into_iter().map(|group| group.as_raw()).collect();
        groups.push(getegid().as_raw());
        let stand_ins: HashMap<&Spot, Identity> =
            plan.stand_ins.iter().map(|(object, at)| (at, *object)).collect();
        let mut staged = HashMap::new();
        for one in &plan.staged {
            let object = stand_ins.get(one.spot()).filter(|object| object.kind == FileType::Directory);
            let Some(object) = object.copied() else { continue };
            let standing = match one {
                Staged::Directory { attributes, .. } => {
                    Some(Standing { object, mode: attributes.mode, uid: attributes.uid, gid: attributes.gid })
                }
                Staged::Copy { from, .. } => {
                    places.stat(from)?.map(|stat| Standing { object, ..Standing::from(stat) })
                }
                Staged::Merge { .. } => None,
            };
            staged.extend(standing.map(|standing| (one.spot().clone(), standing)));
        }
        let uid = geteuid().as_raw();
        let (moves, modes, seen) = (Vec::new(), HashMap::new(), HashMap::new());
        Ok(Self { places, marked: &plan.marked, uid, groups, staged, moves, modes, seen })
    }

    /// Tells how to open up what a step needs, when it is closed and ours.
    fn look(&mut self, need: Need) -> Result<Option<Closed>> {
        let marked = need.object.and_then(|object| self.marked.get(&object)).copied().map(Standing::from);
        let standing = match marked {
            Some(standing) => Some(standing),
            None => self.standing(&need.at.0)?,
        };
        let Some(standing) = standing.filter(|s| need.object.is_none_or(|object| s.object == object)) else {
            return Ok(None);
        };
        let mode = self.modes.get(&standing.object).copied().unwrap_or(standing.mode);
        let modes = need.modes.unwrap_or((mode, mode));
        let is_closed = is_shut(modes.0 & modes.1, standing.object.kind);
        // The kernel takes the set-group bit away from whoever is not in the group.
        let comes_back = (modes.0 | modes.1) & SET_GROUP == 0 || self.groups.contains(&standing.gid);
        let is_ours = standing.uid == self.uid && comes_back;
        Ok((is_closed && is_ours).then_some(Closed { at: need.at, object: standing.object, modes }))
    }

    fn standing(&mut self, at: &Spot) -> Result<Option<Standing>> {
        if let Some(known) = self.seen.get(at) {
            return Ok(*known);
        }
        let mut origin = at.clone();
        for (from, to) in self.moves.iter().rev() {
            if let Some(rest) = origin.below(to) {
                origin = from.join(rest);
            }
        }
        let standing = match self.staged.get(&origin) {
            Some(staged) => Some(*staged),
            None => self.places.stat(&origin)?.map(Standing::from),
        };
        self.seen.insert(at.clone(), standing);
        Ok(standing)
    }

    /// Takes note of what a step changes.
    fn follow(&mut self, step: &Step) {
        let mut moves = |from: &Spot, to: &Spot, object: &Identity| {
            if object.kind == FileType::Directory {
                self.moves.push((from.clone(), to.clone()));
                self.seen.clear();
            }
        };
        match step {
            Step::Move { from, to, object, .. } => moves(from, to, object),
            Step::Replace { at, new, backup, object, old } => {
                moves(at, backup, old);
                moves(new, at, object);
            }
            Step::Attributes { object, after, .. } | Step::Rewrite { object, after, .. } => {
                self.modes.insert(*object, after.mode);
            }
            _ => {}
        }
    }
}
