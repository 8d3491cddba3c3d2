//! Plans the names that are links: to inodes that the host has, or that have arrived under another name by then.

use crate::change::ChangeKind;
use crate::changes::found::{Found, UpperState};
use crate::error::{Result, SeeError};
use crate::path::HostPath;

use super::super::journal::Residue;
use super::super::places::Spot;
use super::super::stat::{Identity, Stat};
use super::super::step::{Purpose, Step};
use super::{Planner, vanished};

impl Planner<'_, '_> {
    /// Plans the new names of inodes that the host has, now that everything else is in its place.
    pub(super) fn link(&mut self) -> Result<()> {
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
            if let Some(first) =
                found.change.from.as_ref().filter(|_| self.units.is_contested(&stat.identity))
            {
                // The other name has an inode of its own by then.
                let target = self.view.host_spot(found.layer, first)?;
                self.plan.residue.push(Residue::Remove(source));
                self.link_to(found, at, target, None)?;
                continue;
            }
            let target = self.whereabouts(found.layer, lower)?;
            self.plan.residue.push(Residue::Remove(source));
            let host = self.view.host_spot(found.layer, lower)?;
            self.before.insert(host, stat);
            self.link_to(found, at, target, Some(stat))?;
        }
        Ok(())
    }

    pub(super) fn link_to(
        &mut self,
        found: &Found,
        at: Spot,
        target: Spot,
        host: Option<Stat>,
    ) -> Result<()> {
        self.touch_after(found)?;
        self.rooms.room(self.view, found.layer, &found.change.path)?;
        if let Some(old) = self.occupant(found, &at)? {
            let to = self.rooms.slot(self.view, found.layer, &found.change.path)?;
            let expects = self.expect_occupant(found, &at, old)?;
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
}
