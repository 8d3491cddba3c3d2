//! Plans the arrival of a file whose content was merged from the host's version and the session's.

use crate::change::FileType;
use crate::changes::found::Found;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::timestamp::Timestamp;

use super::super::attributes;
use super::super::journal::Residue;
use super::super::merged::Merged;
use super::super::places::Spot;
use super::super::stat::Stat;
use super::super::step::{Purpose, Step};
use super::{Planner, Staged};

impl Planner<'_, '_> {
    /// Plans the arrival of merged content: in the place of the host's file, or in that file when its inode must live
    /// on. The session's version has no use then.
    pub(super) fn arrive_merged(
        &mut self,
        found: &Found,
        at: Spot,
        (session, object): (Spot, Stat),
        merged: &Merged,
    ) -> Result<()> {
        let path = &found.change.path;
        let is_plain = |stat: &Stat| stat.identity.kind == FileType::File;
        if !is_plain(&object) || object.links > 1 {
            let text = format!("{} is no plain file of one name; it cannot be merged.", path.display());
            let hint = "Choose skip, overwrite or both for it.";
            return Err(SeeError::new(ErrorCode::BadRequest, text, hint)
                .because(Reason::NotMergeable)
                .with_path(path));
        }
        let old = self.occupant(found, &at)?.filter(is_plain);
        let old = old.filter(|old| old.is_unchanged_since(&merged.host)).ok_or_else(|| changed(found))?;
        let name = self.namespace.before(path).ok_or_else(|| changed(found))?;
        let host = self.view.host_spot(found.layer, &name)?;
        let before = attributes::read(&mut self.view.places, &host, None)?;
        let after = attributes::Attributes { mtime: Timestamp::now(), ..before.clone() };
        let slot = self.rooms.slot(self.view, found.layer, path)?;
        self.plan.residue.push(Residue::Remove(session.clone()));
        self.plan.staged.push(Staged::Merge {
            host: host.clone(),
            session,
            to: slot.clone(),
            pieces: merged.pieces.clone(),
            attributes: after.clone(),
        });
        if self.file_to_rewrite(found)?.is_some() {
            let backup = self.rooms.slot(self.view, found.layer, path)?;
            self.plan.staged.push(Staged::Copy { from: host, to: backup.clone(), marks: None });
            let expects = vec![(at.clone(), old)];
            let step = Step::Rewrite { at, object: old.identity, new: slot, backup, before, after };
            self.add(step, expects);
            return Ok(());
        }
        let stand_in = self.stand_in(&slot, FileType::File);
        self.put(found, &at, slot, stand_in, Purpose::Create)
    }
}

fn changed(found: &Found) -> Box<SeeError> {
    let path = &found.change.path;
    SeeError::new(
        ErrorCode::Conflicts,
        format!("{} was changed on the host since it was merged.", path.display()),
        "Merge it again, then commit again.",
    )
    .because(Reason::MergedBefore)
    .with_path(path)
}
