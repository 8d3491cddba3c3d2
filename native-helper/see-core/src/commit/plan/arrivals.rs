//! Plans how objects come to their places on the host: new ones out of the layer, renamed ones, and attributes, the
//! shallowest first. What left before, is gone by then.

use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{Found, UpperState};
use crate::error::{Resolution, Result, SeeError};
use crate::layer::MarkSpace;
use crate::path::HostPath;
use crate::timestamp::Timestamp;

use super::super::attributes::{self, Attributes};
use super::super::beside::names_beside;
use super::super::journal::Residue;
use super::super::places::Spot;
use super::super::stat::{Identity, Stat};
use super::super::step::{Purpose, Step};
use super::super::units::changes_attributes;
use super::{Planned, Planner, Staged, is_whiteout, vanished};

impl Planner<'_, '_> {
    /// Plans the arrivals.
    pub(super) fn arrive(&mut self) -> Result<()> {
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
        let is_apart = self.units.is_contested(&stat.identity) || self.view.leaves_names(lower, &stat);
        if before != after && is_apart {
            return self.set_apart(found, (host, stat), at, before, after);
        }
        if before != after {
            self.before.insert(host, stat);
            let step = Step::Attributes { at: at.clone(), object: stat.identity, before, after };
            self.add(step, vec![(at.clone(), stat)]);
        }
        Ok(())
    }

    /// Plans that one name of an inode of the host gets an inode of its own, with other attributes.
    fn set_apart(
        &mut self,
        found: &Found,
        (host, stat): (Spot, Stat),
        at: &Spot,
        before: Attributes,
        after: Attributes,
    ) -> Result<()> {
        self.before.insert(host.clone(), stat);
        self.touch_after(found)?;
        let slot = self.rooms.slot(self.view, found.layer, &found.change.path)?;
        let backup = self.rooms.slot(self.view, found.layer, &found.change.path)?;
        let stand_in = self.stand_in(&slot, stat.identity.kind);
        self.plan.staged.push(Staged::Copy { from: host, to: slot.clone(), marks: None });
        let (at, object, old) = (at.clone(), stand_in, stat.identity);
        let expects = vec![(at.clone(), stat)];
        self.add(Step::Replace { at: at.clone(), new: slot, backup, object, old }, expects);
        self.add(Step::Attributes { at, object, before, after }, Vec::new());
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
        if let Some(merged) = self.selection.merged(&found.change.path) {
            return self.arrive_merged(found, at, (source, object), merged);
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
        let is_copied = !layer.same_mount || self.units.is_shared(&object.identity);
        if let Some(first) = self.placed.get(&object.identity).cloned().filter(|_| is_copied) {
            // A copy was made of its other name: this one is a link to that.
            self.plan.residue.push(Residue::Remove(source));
            return self.link_to(found, at, first, None);
        }
        let (from, identity) = if !is_copied {
            self.take_from_layer((&source, object), &at, layer.marks)?;
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
                self.take_from_layer((&inner, stat), &target, layer.marks)?;
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
    fn take_from_layer(
        &mut self,
        (source, object): (&Spot, Stat),
        at: &Spot,
        space: MarkSpace,
    ) -> Result<()> {
        self.keep_time(&source.parent())?;
        self.plan.sources.push(source.clone());
        let mut todo = vec![(source.clone(), object, at.clone())];
        while let Some((source, stat, at)) = todo.pop() {
            if stat.is_dir() {
                for name in self.view.places.names(&source)? {
                    let inner = source.join(&name);
                    if let Some(stat) = self.view.places.stat(&inner)? {
                        todo.push((inner, stat, at.join(&name)));
                    }
                }
            }
            let change = attributes::marks(&mut self.view.places, &source, space)?;
            if !change.is_empty() {
                self.plan.marked.insert(stat.identity, stat);
                self.marks.push((at, stat.identity, change));
            }
        }
        Ok(())
    }

    /// Puts an object at its final name: over what is there, or at a free name.
    pub(super) fn put(
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
                let expects = self.expect_occupant(found, at, old)?;
                let step = Step::Replace { at: at.clone(), new: from, backup, object, old: old.identity };
                // A file that a program has open is another one than it writes to once it was replaced. Where a person has
                // answered, as for the log of a server that runs, that is known.
                let path = &found.change.path;
                let unwritten = found.change.kind == ChangeKind::Modified
                    && old.identity.kind == FileType::File
                    && self.selection.resolution(path).is_none();
                self.plan.steps.push(Planned { step, expects, unwritten });
            }
            None => self.add(Step::Move { from, to: at.clone(), object, purpose }, Vec::new()),
        }
        Ok(())
    }

    /// Returns what the host has at the place where a change arrives, unless it has left by then.
    pub(super) fn occupant(&mut self, found: &Found, at: &Spot) -> Result<Option<Stat>> {
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

    /// Returns how what is at a place must stand, with all that goes with it, when a change takes the place.
    pub(super) fn expect_occupant(
        &mut self,
        found: &Found,
        at: &Spot,
        old: Stat,
    ) -> Result<Vec<(Spot, Stat)>> {
        let mut expects = vec![(at.clone(), old)];
        if let Some(name) = self.namespace.before(&found.change.path).filter(|_| old.is_dir()) {
            expects.extend(self.lost_below(found, &name)?);
        }
        Ok(expects)
    }

    /// Returns the host's file when it must keep its inode: it has other names. Not when several changes rest on that inode:
    /// then they do not agree on its content.
    pub(super) fn file_to_rewrite(&mut self, found: &Found) -> Result<Option<Stat>> {
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
        let keeps =
            |stat: &Stat| self.view.keeps_inode(&name, stat) && !self.units.is_contested(&stat.identity);
        Ok(stat.filter(keeps))
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

    /// Returns a free name beside the host's object for the SEE's version of it.
    fn name_beside(&mut self, found: &Found) -> Result<Spot> {
        let path = &found.change.path;
        let holder = path.parent().unwrap_or_else(HostPath::root);
        let id = self.view.session.id.clone();
        for name in names_beside(path.name(), &id) {
            let beside = holder.join(&name);
            let is_taken = self.beside.contains(&beside) || self.changes.get(&beside).is_some();
            if !is_taken && self.view.host(found.layer, &beside)?.is_none() {
                let spot = self.view.host_spot(found.layer, &beside)?;
                self.beside.insert(beside);
                self.plan.results.push(spot.clone());
                return Ok(spot);
            }
        }
        Err(SeeError::internal("No name is free beside a file.").with_path(path))
    }

    pub(super) fn stand_in(&mut self, slot: &Spot, kind: FileType) -> Identity {
        let ino = u64::try_from(self.plan.stand_ins.len()).unwrap_or(u64::MAX);
        let identity = Identity { ino, born: Timestamp(i128::MIN), kind };
        self.plan.stand_ins.insert(identity, slot.clone());
        identity
    }
}
