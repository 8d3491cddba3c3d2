//! Takes a commit back: its journal, read backwards, becomes a new commit with a check, a journal and a backup of
//! its own. Undoing that one brings the first one back.

mod backwards;
pub mod deeds;
mod moves;
pub mod versions;

use crate::error::{ErrorCode, Reason, Resolution, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;
use crate::store::Store;
use crate::timestamp::Timestamp;

use super::journal::{self, Journal};
use super::left::LeftByUs;
use super::places::Places;
use super::record::{CommitRecord, CommitState};
use super::run::{self, Purpose as For};
use super::{CommitOutcome, lock, settle_cut_off};
use backwards::Backwards;

/// Takes a commit back, all or nothing. `commit` is its id or the beginning of it.
///
/// `resolve` says what to do about conflicts, by path: skip leaves a path as it is now, overwrite takes it back all the
/// same, and what the host has there now goes into the backup; both brings what was there before back beside it.
///
/// Fails with `not-undoable` when it was taken back already or its backup is gone, with `conflicts` when the host
/// changed since, with `rolled-back` when it failed half way and everything was put back.
pub fn undo(
    store: &Store,
    commit: &str,
    resolve: &[(HostPath, Resolution)],
    monitor: &dyn Monitor,
) -> Result<CommitOutcome> {
    let _host = lock::lock_host(store, monitor)?;
    let settled = settle_cut_off(store, monitor)?;
    let undone = store.commit(commit)?;
    for (recovered, error) in settled.iter().filter_map(|one| Some((one, one.waits()?))) {
        if store.commit(&recovered.commit)?.undid.as_ref() == Some(&undone.id) {
            return Err(error);
        }
    }
    let journal = readable(store, &undone)?;
    let id = store.new_id()?;
    let mut places = Places::new(journal.header.bases.clone());
    let attempts = LeftByUs::attempts(store, &undone)?;
    let mut reader = Backwards::new(&mut places, &journal, attempts, &id, resolve)?;
    monitor.progress(Phase::Check, 0, None);
    let plan = reader.read()?;
    let mut conflicts = std::mem::take(&mut reader.conflicts);
    conflicts.sort_by_cached_key(|conflict| conflict.path.to_host_path());
    if !conflicts.is_empty() {
        let mut error = SeeError::new(
            ErrorCode::Conflicts,
            format!("The host changed since the commit {}; nothing was taken back.", undone.id),
            "Decide for each of them, undo later commits first, or mount again what is not there.",
        );
        error.conflicts = conflicts;
        return Err(error);
    }
    monitor.check_cancelled()?;
    plan.refuse_fixed(reader.places)?;
    let (taken_back, skipped) = (reader.taken_back, reader.left_alone);
    if taken_back == 0 && skipped > 0 {
        let message = "These answers leave nothing to take back.";
        return Err(SeeError::new(ErrorCode::BadRequest, message, "Take back at least one path.")
            .because(Reason::NothingTakenBack));
    }
    let applied = undone.applied.saturating_sub(skipped);
    let record = CommitRecord {
        id: id.clone(),
        session: undone.session.clone(),
        time: Timestamp::now(),
        command: undone.command.clone(),
        applied,
        state: CommitState::Applying,
        undid: Some(undone.id.clone()),
        undone_by: None,
        has_backup: true,
        backup: 0,
    };
    // An undo rests on nothing but what its steps look at.
    let purpose = For { record, whole: false, undone: Some(undone), still_holds: &|| Ok(()) };
    let dropped = run::run(store, places, plan, purpose, monitor)?;
    let (joined, ignored, differing, other_names) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Ok(CommitOutcome { id, applied, skipped, joined, ignored, other_names, differing, dropped })
}

/// Returns the journal of a commit that can be taken back.
fn readable(store: &Store, commit: &CommitRecord) -> Result<Journal> {
    if commit.state != CommitState::Done {
        return Err(not_undoable(commit, "never-done", format!("The commit {} was never done.", commit.id)));
    }
    if let Some(by) = &commit.undone_by {
        return Err(not_undoable(
            commit,
            "undone",
            format!("The commit {} was taken back already, by {by}.", commit.id),
        ));
    }
    kept(store, commit)
}

/// Returns the journal of a commit of which everything is kept, whether it can be taken back or is being.
fn kept(store: &Store, commit: &CommitRecord) -> Result<Journal> {
    let not = |reason: &str, why: String| not_undoable(commit, reason, why);
    if !commit.has_backup {
        return Err(not("no-backup", format!("The commit {} keeps no backup.", commit.id)));
    }
    let journal = journal::read(&super::commit_dir(store, &commit.id))?;
    journal
        .filter(|journal| journal.steps.is_some() && journal.left.is_some())
        .ok_or_else(|| not("damaged", format!("The journal of the commit {} is damaged or gone.", commit.id)))
}

fn not_undoable(commit: &CommitRecord, reason: &str, why: String) -> Box<SeeError> {
    SeeError::new(ErrorCode::NotUndoable, why, "See what can be taken back with: alcatraz history")
        .with_fact("commit", commit.id.clone())
        .with_fact("reason", reason)
}
