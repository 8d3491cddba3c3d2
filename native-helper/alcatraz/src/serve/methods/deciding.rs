//! The methods of a decision: check, commit, and what can be done about commits of the past.

use see_core::commit;
use see_core::error::Result;
use serde::Serialize;

use super::{Answer, Methods, reply};
use crate::actions;
use crate::serve::decisions::*;
use crate::serve::envelope::{MOST_PATHS, cut};
use crate::serve::messages::*;
use crate::serve::requests::RequestMonitor;

impl Methods {
    pub(super) fn check(&self, params: CheckRequest, monitor: &RequestMonitor) -> Result<Answer> {
        let request = params.into_commit();
        let selection = request.selection(&self.store)?;
        let session = self.store.find_session(&request.session)?;
        let mut result = actions::check(&self.store, &session, &selection, monitor)?;
        result.conflicts_more = left_out(&mut result.conflicts);
        result.joined_more = left_out(&mut result.joined);
        result.ignored_more = left_out(&mut result.ignored);
        result.other_names_more = left_out(&mut result.other_names);
        reply(result)
    }

    pub(super) fn commit(&self, params: &CommitRequest, monitor: &RequestMonitor) -> Result<Answer> {
        let selection = params.selection(&self.store)?;
        let session = self.store.find_session(&params.session)?;
        let dry_run = params.dry_run.unwrap_or(false);
        let mut result = actions::commit(&self.store, &session, &selection, dry_run, monitor)?;
        result.joined_more = left_out(&mut result.joined);
        result.ignored_more = left_out(&mut result.ignored);
        result.other_names_more = left_out(&mut result.other_names);
        result.differing_more = left_out(&mut result.differing);
        reply(result)
    }

    pub(super) fn history(&self) -> Result<Answer> {
        let commits = crate::commands::history::told(&self.store)?;
        reply(CommitsResult { commits, limit: self.store.backup_limit()? })
    }

    pub(super) fn undo(&self, params: &UndoParams, monitor: &RequestMonitor) -> Result<Answer> {
        reply(actions::undo(&self.store, &params.commit, &params.resolutions()?, monitor)?)
    }

    pub(super) fn forget_backup(&self, params: &CommitParams, monitor: &RequestMonitor) -> Result<Answer> {
        actions::drop_backup(&self.store, &params.commit, monitor)?;
        reply(Empty {})
    }

    pub(super) fn limit_backups(&self, params: &LimitParams, monitor: &RequestMonitor) -> Result<Answer> {
        reply(LimitResult { dropped: commit::limit_backups(&self.store, params.limit, monitor)? })
    }

    /// Tells what a commit did, as far as that is kept.
    pub(super) fn deeds(&self, params: &CommitParams) -> Result<Answer> {
        reply(DeedsResult::from(commit::deeds(&self.store, &params.commit)?))
    }

    /// Tells what a place was before a commit, what the commit left and what the host has now.
    pub(super) fn undo_versions(&self, params: &UndoPlaceParams) -> Result<Answer> {
        reply(commit::undo_versions(&self.store, &params.commit, &params.host_path()?)?)
    }

    pub(super) fn undo_content(&self, params: &UndoContentParams) -> Result<Answer> {
        let (path, slice) = (params.host_path()?, (params.offset, params.length));
        reply(commit::undo_slice(&self.store, &params.commit, &path, params.side, slice)?)
    }
}

/// Cuts a list to what an answer may hold; returns how many it leaves out.
fn left_out<T: Serialize>(list: &mut Vec<T>) -> u64 {
    u64::try_from(cut(list, MOST_PATHS)).unwrap_or(u64::MAX)
}
