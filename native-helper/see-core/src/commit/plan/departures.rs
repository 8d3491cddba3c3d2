//! Plans how objects of the host leave their places: what is deleted or renamed, the deepest first. Knows nothing
//! of what arrives there.

use std::collections::HashSet;

use crate::change::ChangeKind;
use crate::changes::found::Found;
use crate::error::Result;
use crate::path::HostPath;

use super::super::journal::Residue;
use super::super::places::Spot;
use super::super::stat::Stat;
use super::super::step::{Purpose, Step};
use super::{Planner, vanished};

impl Planner<'_, '_> {
    /// Plans the departures: what is deleted goes into the backup, what is renamed to its new name at once when
    /// that is free already, else to a resting place.
    pub(super) fn leave(&mut self) -> Result<()> {
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

    /// Returns what the host loses with a directory that goes, and how it stands now.
    pub(super) fn lost_below(&mut self, found: &Found, top: &HostPath) -> Result<Vec<(Spot, Stat)>> {
        let mut lost = Vec::new();
        for below in self.changes.within(&found.change.path) {
            let deleted = below.lower.as_ref().filter(|_| below.change.kind == ChangeKind::Deleted);
            let Some(path) = deleted.filter(|path| *path != top && path.is_within(top)) else { continue };
            // A step of its own, or of something above it, has taken it away by then.
            let mut ways = std::iter::successors(Some(path.clone()), HostPath::parent);
            if ways.by_ref().take_while(|way| way != top).any(|way| self.gone.contains(&way)) {
                continue;
            }
            if let Some(stat) = self.view.host(found.layer, path)? {
                lost.push((self.view.host_spot(found.layer, path)?, stat));
            }
        }
        Ok(lost)
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
                expects.extend(self.lost_below(found, lower)?);
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
}
