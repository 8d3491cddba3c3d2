//! Turns the chosen changes into steps. First everything that leaves its place on the host leaves it, the deepest
//! first; then everything arrives, the shallowest first; then links; then times. So chains and swaps of names need
//! no special case. Only looks; nothing is changed here.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::error::{Resolution, Result, SeeError};
use crate::layer::MarkSpace;
use crate::path::HostPath;
use crate::timestamp::Timestamp;

use super::attributes::{self, Attributes, MarkChange};
use super::journal::{Residue, Seen};
use super::namespace::{Namespace, moves_host_object};
use super::places::{Places, Role, Spot};
use super::rooms::{Room, Rooms};
use super::selection::Selection;
use super::stat::{Identity, Stat};
use super::step::{Purpose, Step};
use super::units::{Units, changes_attributes, keeps_inode};
use super::view::View;

/// A step, and how host objects must stand right before it.
#[derive(Debug)]
pub struct Planned {
    /// What to do.
    pub step: Step,
    /// Host objects and how they were when the commit was checked.
    pub expects: Vec<(Spot, Stat)>,
}

/// Something to make in the stage before the journal is written.
#[derive(Debug)]
pub enum Staged {
    /// A copy of an object with all below it.
    Copy {
        /// Of this.
        from: Spot,
        /// Here.
        to: Spot,
        /// The mark space when `from` lies in a layer.
        marks: Option<MarkSpace>,
    },
    /// An empty directory with these attributes.
    Directory {
        /// Here.
        to: Spot,
        /// What it looks like.
        attributes: Attributes,
    },
}

impl Staged {
    /// Returns where it is made.
    pub fn spot(&self) -> &Spot {
        match self {
            Self::Copy { to, .. } | Self::Directory { to, .. } => to,
        }
    }
}

/// What a commit will do.
#[derive(Debug, Default)]
pub struct Plan {
    /// What to make first.
    pub staged: Vec<Staged>,
    /// Staged objects by the stand-in that names them in the steps.
    pub stand_ins: HashMap<Identity, Spot>,
    /// The steps, in order.
    pub steps: Vec<Planned>,
    /// What to clear up in the layer when the session lives on.
    pub residue: Vec<Residue>,
    /// Objects on the host whose final state is to be remembered.
    pub results: Vec<Spot>,
    /// New objects that come straight out of a layer: their content must be on the disk first.
    pub sources: Vec<Spot>,
    /// The objects of the host, and those in backups, that are changed or moved, as they stand now.
    pub before: Vec<Seen>,
    /// The rooms for all that is changed.
    pub rooms: Vec<Room>,
}

/// Makes the plan of a commit.
pub fn plan<'p, 's>(
    view: &'p mut View<'s>,
    rooms: &'p mut Rooms<'s>,
    changes: &'p ChangeSet,
    chosen: &'p [bool],
    selection: &'p Selection,
) -> Result<Plan> {
    let mut namespace = Namespace::new(changes);
    let units = Units::find(view, changes, chosen)?;
    let moves = changes.found.iter().map(|found| moves(&mut namespace, found)).collect();
    let mut planner = Planner {
        view,
        rooms,
        changes,
        chosen,
        selection,
        namespace,
        units,
        moves,
        plan: Plan::default(),
        doomed: HashSet::new(),
        gone: HashSet::new(),
        parked: HashMap::new(),
        before: BTreeMap::new(),
        kept_times: BTreeMap::new(),
        dir_times: BTreeMap::new(),
        placed: HashMap::new(),
        marks: Vec::new(),
    };
    planner.leave()?;
    planner.arrive()?;
    planner.link()?;
    planner.finish()
}

struct Planner<'p, 'a> {
    view: &'p mut View<'a>,
    rooms: &'p mut Rooms<'a>,
    changes: &'p ChangeSet,
    chosen: &'p [bool],
    selection: &'p Selection,
    namespace: Namespace<'p>,
    units: Units,
    /// For each change, whether it brings an object of the host to another place.
    moves: Vec<bool>,
    plan: Plan,
    /// Host paths whose objects go into the backup with all that they hold then.
    doomed: HashSet<HostPath>,
    /// Host paths whose objects have left, by the steps so far.
    gone: HashSet<HostPath>,
    /// Host paths whose objects wait in the stage, and where.
    parked: HashMap<HostPath, Spot>,
    /// The objects of the host that are changed or moved, as they stand now.
    before: BTreeMap<Spot, Stat>,
    /// Directories whose times must survive a revert.
    kept_times: BTreeMap<Spot, (Identity, Timestamp)>,
    /// Directories of the host and the times that they end with.
    dir_times: BTreeMap<Spot, (Identity, Timestamp)>,
    /// Inodes of a layer that arrive on the host, and where first.
    placed: HashMap<Identity, Spot>,
    /// Marks to take off: where the object is at the end, which one it is, and what to change.
    marks: Vec<(Spot, Identity, MarkChange)>,
}

impl<'p, 'a> Planner<'p, 'a> {
    /// Returns the chosen changes with their indices.
    fn chosen(&self) -> impl Iterator<Item = (usize, &'p Found)> + use<'p, 'a> {
        let chosen = self.changes.found.iter().zip(self.chosen).enumerate();
        chosen.filter(|(_, (_, chosen))| **chosen).map(|(index, (found, _))| (index, found))
    }

    fn add(&mut self, step: Step, expects: Vec<(Spot, Stat)>) {
        self.plan.steps.push(Planned { step, expects });
    }

    /// Returns the directory's final name on the host, which the path has there when all is applied.
    fn final_spot(&mut self, found: &Found) -> Result<Spot> {
        self.view.host_spot(found.layer, &found.change.path)
    }

    /// Plans the departures: what is deleted goes into the backup, what is renamed to its new name at once when
    /// that is free already, else to a resting place.
    fn leave(&mut self) -> Result<()> {
        self.doomed = self.find_doomed();
        let mut departures: Vec<(usize, HostPath, &Found, bool)> = Vec::new();
        for (index, found) in self.chosen() {
            let Some(lower) = &found.lower else { continue };
            let moves = self.moves.get(index).copied().unwrap_or(false);
            let goes = match found.change.kind {
                // What goes with its directory needs no step of its own.
                ChangeKind::Deleted => !lower.parent().is_some_and(|holder| self.doomed.contains(&holder)),
                kind => moves || kind == ChangeKind::Renamed,
            };
            if goes {
                departures.push((
                    lower.as_bytes().split(|b| *b == b'/').count(),
                    lower.clone(),
                    found,
                    moves,
                ));
            }
        }
        departures.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        for (_, lower, found, moves) in departures {
            self.depart(&lower, found, moves)?;
        }
        Ok(())
    }

    /// Returns the host paths whose objects go into the backup with all that they hold then.
    fn find_doomed(&mut self) -> HashSet<HostPath> {
        let mut doomed = HashSet::new();
        for (_, found) in self.chosen() {
            let stays = matches!(found.change.kind, ChangeKind::Created | ChangeKind::Modified);
            let name = match found.change.kind {
                ChangeKind::Deleted => found.lower.clone(),
                _ => self.namespace.before(&found.change.path),
            };
            if let Some(name) = name.filter(|_| !stays) {
                doomed.insert(name);
            }
        }
        for (index, found) in self.chosen() {
            let moves = self.moves.get(index).copied().unwrap_or(false);
            if let Some(lower) = found.lower.as_ref().filter(|_| moves) {
                doomed.remove(lower);
            }
        }
        doomed
    }

    fn depart(&mut self, lower: &HostPath, found: &Found, moves: bool) -> Result<()> {
        let stat = self.view.host(found.layer, lower)?.ok_or_else(|| vanished(lower))?;
        let from = self.view.host_spot(found.layer, lower)?;
        self.touch_before(found.layer, lower)?;
        self.before.insert(from.clone(), stat);
        let mut expects = vec![(from.clone(), stat)];
        let object = stat.identity;
        let name_in_see = self.namespace.after(lower);
        let whiteout = self.view.upper_spot(found.layer, &name_in_see)?;
        self.plan.residue.push(Residue::Whiteout(whiteout));
        self.gone.insert(lower.clone());
        if !moves {
            if found.change.kind == ChangeKind::Deleted && stat.is_dir() {
                for below in self.changes.within(&found.change.path) {
                    let lost = below.lower.as_ref().filter(|_| below.change.kind == ChangeKind::Deleted);
                    let Some(lost) = lost.filter(|lost| *lost != lower) else { continue };
                    if let Some(stat) = self.view.host(found.layer, lost)? {
                        expects.push((self.view.host_spot(found.layer, lost)?, stat));
                    }
                }
            }
            let to = self.rooms.slot(self.view, found.layer, lower)?;
            self.add(Step::Move { from, to, object, purpose: Purpose::Remove }, expects);
            return Ok(());
        }
        let path = &found.change.path;
        let holder_stays =
            path.parent().is_some_and(|holder| self.namespace.before_dir(&holder).as_ref() == Some(&holder));
        let is_free = holder_stays && self.view.host(found.layer, path)?.is_none();
        let to = if is_free {
            self.touch_after(found)?;
            self.final_spot(found)?
        } else {
            let slot = self.rooms.slot(self.view, found.layer, lower)?;
            self.parked.insert(lower.clone(), slot.clone());
            slot
        };
        self.add(Step::Move { from, to, object, purpose: Purpose::Rename }, expects);
        Ok(())
    }

    /// Plans the arrivals.
    fn arrive(&mut self) -> Result<()> {
        for (index, found) in self.chosen() {
            if found.change.kind == ChangeKind::Deleted {
                continue;
            }
            let moves = self.moves.get(index).copied().unwrap_or(false);
            let at = self.final_spot(found)?;
            self.plan.results.push(at.clone());
            if self.units.covers(&found.change.path) {
                continue;
            }
            match found.state {
                _ if moves => self.arrive_renamed(found, &at)?,
                _ if changes_attributes(found) => {
                    let lower = found.lower.clone().unwrap_or_else(|| found.change.path.clone());
                    self.set_attributes(found, &lower, &at)?;
                }
                UpperState::Whole => self.arrive_new(found, at)?,
                // Links to host objects come last.
                UpperState::AttributesOnly | UpperState::MergedDirectory | UpperState::Absent => {}
            }
        }
        Ok(())
    }

    fn arrive_renamed(&mut self, found: &Found, at: &Spot) -> Result<()> {
        let Some(lower) = &found.lower else { return Ok(()) };
        if let Some(slot) = self.parked.remove(lower) {
            let stat = self.view.host(found.layer, lower)?.ok_or_else(|| vanished(lower))?;
            self.put(found, at, slot, stat.identity, Purpose::Rename)?;
        }
        if !found.change.aspects.is_empty() {
            self.set_attributes(found, lower, at)?;
        }
        let source = self.view.source(found)?;
        self.plan.residue.push(if found.change.file_type == FileType::Directory {
            Residue::Unmark(source)
        } else {
            Residue::Remove(source)
        });
        Ok(())
    }

    fn set_attributes(&mut self, found: &Found, lower: &HostPath, at: &Spot) -> Result<()> {
        let stat = self.view.host(found.layer, lower)?.ok_or_else(|| vanished(lower))?;
        let host = self.view.host_spot(found.layer, lower)?;
        let source = self.view.source(found)?;
        let before = attributes::read(&mut self.view.places, &host, None)?;
        let space = self.view.layer(found.layer)?.marks;
        let mut after = attributes::read(&mut self.view.places, &source, Some(space))?;
        let is_dir = found.change.file_type == FileType::Directory;
        if is_dir && !found.change.aspects.contains(&Aspect::Times) {
            after.mtime = before.mtime;
        }
        if !is_dir {
            self.plan.residue.push(Residue::Remove(source));
        }
        if before != after {
            self.before.insert(host, stat);
            let step = Step::Attributes { at: at.clone(), object: stat.identity, before, after };
            self.add(step, vec![(at.clone(), stat)]);
        }
        Ok(())
    }

    /// Plans the arrival of an object that the layer holds.
    fn arrive_new(&mut self, found: &Found, at: Spot) -> Result<()> {
        let source = self.view.source(found)?;
        let object =
            self.view.places.stat(&source)?.ok_or_else(|| {
                SeeError::internal("A layer has lost an object.").with_path(&found.change.path)
            })?;
        if found.change.kind == ChangeKind::Linked && self.links_to_host(found, object.identity) {
            return Ok(());
        }
        let at = match self.selection.resolution(&found.change.path) {
            Some(Resolution::Both) => self.name_beside(found)?,
            _ => at,
        };
        let layer = self.view.layer(found.layer)?;
        if object.is_dir() && !self.units.is_unit(&found.change.path) {
            let slot = self.rooms.slot(self.view, found.layer, &found.change.path)?;
            let attributes = attributes::read(&mut self.view.places, &source, Some(layer.marks))?;
            let stand_in = self.stand_in(&slot, FileType::Directory);
            self.dir_times.insert(at.clone(), (stand_in, attributes.mtime));
            self.plan.staged.push(Staged::Directory { to: slot.clone(), attributes });
            self.plan.residue.push(Residue::Unmark(source.clone()));
            self.put(found, &at, slot, stand_in, Purpose::Create)?;
            return self.arrive_unlisted(found, &source, &at);
        }
        if let Some(host) = self.file_to_rewrite(found)? {
            return self.rewrite(found, at, source, host);
        }
        if let Some(first) = self.placed.get(&object.identity).cloned().filter(|_| !layer.same_mount) {
            // A copy was made of its other name: this one is a link to that.
            self.plan.residue.push(Residue::Remove(source));
            return self.link_to(found, at, first, None);
        }
        let (from, identity) = if layer.same_mount && !self.units.is_shared(&object.identity) {
            self.take_from_layer(&source, &at, layer.marks)?;
            (source, object.identity)
        } else {
            let slot = self.rooms.slot(self.view, found.layer, &found.change.path)?;
            let stand_in = self.stand_in(&slot, object.identity.kind);
            let copy = Staged::Copy { from: source.clone(), to: slot.clone(), marks: Some(layer.marks) };
            self.plan.staged.push(copy);
            self.plan.residue.push(Residue::Remove(source));
            (slot, stand_in)
        };
        self.placed.insert(object.identity, at.clone());
        self.put(found, &at, from, identity, Purpose::Create)
    }

    /// Plans the arrival of what a directory that was made anew holds and no change tells of, because it equals what
    /// the host has: the host's one goes with the old directory.
    fn arrive_unlisted(&mut self, found: &Found, source: &Spot, at: &Spot) -> Result<()> {
        if found.change.kind != ChangeKind::Replaced {
            return Ok(());
        }
        let layer = self.view.layer(found.layer)?;
        for name in self.view.places.names(source)? {
            let path = found.change.path.join(&name);
            let inner = source.join(&name);
            if self.changes.get(&path).is_some() || is_whiteout(&mut self.view.places, &inner, layer.marks)? {
                continue;
            }
            let Some(stat) = self.view.places.stat(&inner)? else { continue };
            let target = at.join(&name);
            let (from, object) = if layer.same_mount {
                self.take_from_layer(&inner, &target, layer.marks)?;
                (inner, stat.identity)
            } else {
                let slot = self.rooms.slot(self.view, found.layer, &path)?;
                let stand_in = self.stand_in(&slot, stat.identity.kind);
                let to = slot.clone();
                self.plan.staged.push(Staged::Copy { from: inner, to, marks: Some(layer.marks) });
                (slot, stand_in)
            };
            self.plan.results.push(target.clone());
            self.add(Step::Move { from, to: target, object, purpose: Purpose::Create }, Vec::new());
        }
        Ok(())
    }

    /// Notes what leaving the layer means for an object: its directory's time must survive a revert, its data must
    /// be on the disk, the marks of it and of all below it must go. Their steps come after everything has arrived.
    fn take_from_layer(&mut self, source: &Spot, at: &Spot, space: MarkSpace) -> Result<()> {
        self.keep_time(&source.parent())?;
        self.plan.sources.push(source.clone());
        let mut todo = vec![(source.clone(), at.clone())];
        while let Some((source, at)) = todo.pop() {
            let Some(stat) = self.view.places.stat(&source)? else { continue };
            if stat.is_dir() {
                for name in self.view.places.names(&source)? {
                    todo.push((source.join(&name), at.join(&name)));
                }
            }
            let change = attributes::marks(&mut self.view.places, &source, space)?;
            if !change.is_empty() {
                self.marks.push((at, stat.identity, change));
            }
        }
        Ok(())
    }

    /// Puts an object at its final name: over what is there, or at a free name.
    fn put(
        &mut self,
        found: &Found,
        at: &Spot,
        from: Spot,
        object: Identity,
        purpose: Purpose,
    ) -> Result<()> {
        self.touch_after(found)?;
        self.rooms.room(self.view, found.layer, &found.change.path)?;
        match self.occupant(found, at)? {
            Some(old) => {
                let backup = self.rooms.slot(self.view, found.layer, &found.change.path)?;
                let expects = vec![(at.clone(), old)];
                let step = Step::Replace { at: at.clone(), new: from, backup, object, old: old.identity };
                self.add(step, expects);
            }
            None => self.add(Step::Move { from, to: at.clone(), object, purpose }, Vec::new()),
        }
        Ok(())
    }

    /// Returns what the host has at the place where a change arrives, unless it has left by then.
    fn occupant(&mut self, found: &Found, at: &Spot) -> Result<Option<Stat>> {
        let Some(name) = self.namespace.before(&found.change.path) else { return Ok(None) };
        if *at != self.final_spot(found)? || self.gone.contains(&name) {
            return Ok(None);
        }
        let occupant = self.view.host(found.layer, &name)?;
        if let Some(stat) = occupant {
            let spot = self.view.host_spot(found.layer, &name)?;
            self.before.insert(spot, stat);
        }
        Ok(occupant)
    }

    /// Returns the host's file when it must keep its inode: it has other names, or is mounted there. Not when
    /// several changes rest on that inode: then they do not agree on its content.
    fn file_to_rewrite(&mut self, found: &Found) -> Result<Option<Stat>> {
        if found.change.kind != ChangeKind::Modified || found.change.file_type != FileType::File {
            return Ok(None);
        }
        if self.selection.resolution(&found.change.path) == Some(Resolution::Both) {
            return Ok(None);
        }
        let Some(name) = self.namespace.before(&found.change.path) else { return Ok(None) };
        if self.gone.contains(&name) {
            return Ok(None);
        }
        let stat = self.view.host(found.layer, &name)?;
        Ok(stat.filter(keeps_inode).filter(|stat| !self.units.is_contested(&stat.identity)))
    }

    fn rewrite(&mut self, found: &Found, at: Spot, source: Spot, host: Stat) -> Result<()> {
        let backup = self.rooms.slot(self.view, found.layer, &found.change.path)?;
        let name = found.lower.clone().unwrap_or_else(|| found.change.path.clone());
        let from = self.view.host_spot(found.layer, &name)?;
        let before = attributes::read(&mut self.view.places, &from, None)?;
        self.before.insert(from.clone(), host);
        let space = self.view.layer(found.layer)?.marks;
        let after = attributes::read(&mut self.view.places, &source, Some(space))?;
        self.plan.staged.push(Staged::Copy { from, to: backup.clone(), marks: None });
        self.plan.residue.push(Residue::Remove(source.clone()));
        let expects = vec![(at.clone(), host)];
        let step = Step::Rewrite { at, object: host.identity, new: source, backup, before, after };
        self.add(step, expects);
        Ok(())
    }

    /// Tells whether a new name is to be linked to the host's inode, because the layer's one stays where it is.
    fn links_to_host(&self, found: &Found, object: Identity) -> bool {
        found.lower.is_some() && !self.units.arrives(&object)
    }

    /// Plans the new names of inodes that the host has, now that everything else is in its place.
    fn link(&mut self) -> Result<()> {
        for (_, found) in self.chosen() {
            if found.change.kind != ChangeKind::Linked || self.units.covers(&found.change.path) {
                continue;
            }
            let Some(lower) = &found.lower else { continue };
            let source = self.view.source(found)?;
            let object = self.view.places.stat(&source)?.map(|stat| stat.identity);
            if found.state == UpperState::Whole && object.is_some_and(|object| self.units.arrives(&object)) {
                continue;
            }
            let stat = self.view.host(found.layer, lower)?.ok_or_else(|| vanished(lower))?;
            let at = self.final_spot(found)?;
            let target = self.whereabouts(found.layer, lower)?;
            self.plan.residue.push(Residue::Remove(source));
            let host = self.view.host_spot(found.layer, lower)?;
            self.before.insert(host, stat);
            self.link_to(found, at, target, Some(stat))?;
        }
        Ok(())
    }

    fn link_to(&mut self, found: &Found, at: Spot, target: Spot, host: Option<Stat>) -> Result<()> {
        self.touch_after(found)?;
        self.rooms.room(self.view, found.layer, &found.change.path)?;
        if let Some(old) = self.occupant(found, &at)? {
            let to = self.rooms.slot(self.view, found.layer, &found.change.path)?;
            let expects = vec![(at.clone(), old)];
            let object = old.identity;
            self.add(Step::Move { from: at.clone(), to, object, purpose: Purpose::Remove }, expects);
        }
        let object = match host {
            Some(stat) => stat.identity,
            None => self.object_arriving_at(&target)?,
        };
        let expects = host.map(|stat| (target.clone(), stat)).into_iter().collect();
        self.add(Step::Link { target, at, object }, expects);
        Ok(())
    }

    fn object_arriving_at(&self, spot: &Spot) -> Result<Identity> {
        let found = self.plan.steps.iter().rev().find_map(|planned| match &planned.step {
            Step::Move { to, object, .. } if to == spot => Some(*object),
            Step::Replace { at, object, .. } if at == spot => Some(*object),
            _ => None,
        });
        found.ok_or_else(|| SeeError::internal("A link's target does not arrive."))
    }

    /// Returns where an object of the host is once everything has arrived.
    fn whereabouts(&mut self, layer: u32, lower: &HostPath) -> Result<Spot> {
        let start = self.view.host_spot(layer, lower)?;
        let mut at = start.clone();
        for planned in &self.plan.steps {
            match &planned.step {
                Step::Move { from, to, .. } => {
                    if let Some(rest) = at.below(from).map(<[u8]>::to_vec) {
                        at = to.join(&rest);
                    }
                }
                Step::Replace { at: place, new, backup, .. } => {
                    if let Some(rest) = at.below(place).map(<[u8]>::to_vec) {
                        at = backup.join(&rest);
                    } else if let Some(rest) = at.below(new).map(<[u8]>::to_vec) {
                        at = place.join(&rest);
                    }
                }
                _ => {}
            }
        }
        Ok(at)
    }

    /// Returns a free name beside the host's object for the SEE's version of it.
    fn name_beside(&mut self, found: &Found) -> Result<Spot> {
        let short = self.view.session.id.get(..6).unwrap_or(&self.view.session.id).to_owned();
        let path = &found.change.path;
        let holder = path.parent().unwrap_or_else(HostPath::root);
        for serial in 1..1000_u32 {
            let mut name = path.name().to_vec();
            name.extend_from_slice(format!(".alcatraz-{short}").as_bytes());
            if serial > 1 {
                name.extend_from_slice(format!("-{serial}").as_bytes());
            }
            let beside = holder.join(&name);
            let taken =
                self.view.host(found.layer, &beside)?.is_some() || self.changes.get(&beside).is_some();
            if !taken {
                let spot = self.view.host_spot(found.layer, &beside)?;
                self.plan.results.push(spot.clone());
                return Ok(spot);
            }
        }
        Err(SeeError::internal("No name is free beside a file.").with_path(path))
    }

    fn stand_in(&mut self, slot: &Spot, kind: FileType) -> Identity {
        let ino = u64::try_from(self.plan.stand_ins.len()).unwrap_or(u64::MAX);
        let identity = Identity { ino, born: Timestamp(i128::MIN), kind };
        self.plan.stand_ins.insert(identity, slot.clone());
        identity
    }

    /// Notes that an entry leaves a directory of the host.
    fn touch_before(&mut self, layer: u32, path: &HostPath) -> Result<()> {
        let Some(holder) = path.parent() else { return Ok(()) };
        let before = self.view.host_spot(layer, &holder)?;
        if self.kept_times.contains_key(&before) {
            return Ok(());
        }
        self.keep_time(&before)?;
        let after = self.namespace.after_dir(&holder);
        // What holds it may go itself, then its time is of no interest; unless it is moved out of there.
        let mut above = Some(holder.clone()).filter(|_| after == holder);
        let mut stays = true;
        while let Some(dir) = above.filter(|_| stays) {
            stays = !self.doomed.contains(&dir);
            above = dir.parent();
        }
        if stays {
            self.end_time(layer, &holder, &after)?;
        }
        Ok(())
    }

    /// Notes that an entry comes into a directory of the host.
    fn touch_after(&mut self, found: &Found) -> Result<()> {
        let Some(holder) = found.change.path.parent() else { return Ok(()) };
        if let Some(before) = self.namespace.before_dir(&holder) {
            let spot = self.view.host_spot(found.layer, &before)?;
            self.keep_time(&spot)?;
            self.end_time(found.layer, &before, &holder)?;
        }
        Ok(())
    }

    fn keep_time(&mut self, dir: &Spot) -> Result<()> {
        if !self.kept_times.contains_key(dir) {
            if let Some(stat) = self.view.places.stat(dir)? {
                self.kept_times.insert(dir.clone(), (stat.identity, stat.mtime));
                if self.view.places.role(dir)? == Role::Host {
                    self.before.entry(dir.clone()).or_insert(stat);
                }
            }
        }
        Ok(())
    }

    /// Plans that a directory of the host ends with the time that it has in the SEE.
    fn end_time(&mut self, layer: u32, before: &HostPath, after: &HostPath) -> Result<()> {
        let at = self.view.host_spot(layer, after)?;
        if self.dir_times.contains_key(&at) {
            return Ok(());
        }
        let Some(host) = self.view.host(layer, before)? else { return Ok(()) };
        let upper = self.view.upper_spot(layer, after)?;
        let seen = self.view.places.stat(&upper)?.filter(Stat::is_dir);
        let mtime = seen.map_or(host.mtime, |stat| stat.mtime);
        self.dir_times.insert(at, (host.identity, mtime));
        Ok(())
    }

    /// Puts the steps for times and marks around the others.
    fn finish(mut self) -> Result<Plan> {
        for (at, object, change) in std::mem::take(&mut self.marks) {
            self.add(Step::Marks { at, object, change }, Vec::new());
        }
        // What stays in the layer keeps its times too: another commit will bring them to the host.
        for (at, (object, mtime)) in &self.kept_times {
            if self.view.places.role(at)? == Role::Upper {
                let step = Step::SetTime { at: at.clone(), object: *object, mtime: *mtime };
                self.plan.steps.push(Planned { step, expects: Vec::new() });
            }
        }
        let keep = std::mem::take(&mut self.kept_times).into_iter().map(|(at, (object, mtime))| Planned {
            step: Step::KeepTime { at, object, mtime },
            expects: Vec::new(),
        });
        let mut steps: Vec<Planned> = keep.collect();
        steps.append(&mut self.plan.steps);
        for (at, (object, mtime)) in std::mem::take(&mut self.dir_times) {
            self.plan.results.push(at.clone());
            steps.push(Planned { step: Step::SetTime { at, object, mtime }, expects: Vec::new() });
        }
        self.plan.steps = steps;
        let before = std::mem::take(&mut self.before).into_iter();
        self.plan.before = before.map(|(at, stat)| Seen { at, stat }).collect();
        self.plan.rooms = self.rooms.found().to_vec();
        Ok(self.plan)
    }
}

/// Tells whether a change brings an object of the host to another place: a rename, or an object that outlives the
/// directory which was made anew around it.
fn moves(namespace: &mut Namespace<'_>, found: &Found) -> bool {
    let lives_on = found.change.kind == ChangeKind::Modified
        && found.state != UpperState::Whole
        && found.lower.is_some()
        && found.lower != namespace.before(&found.change.path);
    moves_host_object(found) || lives_on
}

/// Tells whether a layer's object stands for "deleted".
pub fn is_whiteout(places: &mut Places, spot: &Spot, space: MarkSpace) -> Result<bool> {
    use std::os::fd::AsFd as _;
    let dir = places.holder(spot)?;
    let name = spot.split().1;
    let facts = crate::beneath::facts_at(dir.as_fd(), name);
    let facts = facts.map_err(|errno| places.error("looking at", spot, errno))?;
    if facts.is_whiteout() {
        return Ok(true);
    }
    if !facts.is_file() || facts.size != 0 {
        return Ok(false);
    }
    let marks = crate::overlay_marks::marks_at(dir.as_fd(), name, space);
    Ok(marks.map_err(|errno| places.error("reading the marks of", spot, errno))?.whiteout)
}

fn vanished(path: &HostPath) -> Box<SeeError> {
    SeeError::new(
        crate::error::ErrorCode::Conflicts,
        format!("{} vanished from the host.", path.display()),
        "Check again, then commit again.",
    )
    .with_path(path)
}
