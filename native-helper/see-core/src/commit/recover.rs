//! Looks after commits that were cut off: each is finished when all of it was applied, else taken back.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::cause::SessionCause;
use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::Monitor;
use crate::path::{HostPath, escape_for_display};
use crate::remove_tree::remove_dir;
use crate::session::SessionState;
use crate::store::Store;

use super::away::Patience;
use super::drop::drop_locked;
use super::finish;
use super::journal;
use super::lock::{lock_host, try_lock_host};
use super::places::{Places, Role};
use super::record::{CommitRecord, CommitState};
use super::records::Ending;
use super::rooms;

/// What became of a commit that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The commit.
    pub commit: String,
    /// Its session.
    pub session: String,
    /// Done or reverted; applying while it still waits.
    pub state: CommitState,
    /// Paths that somebody else changed after the crash: theirs stayed, ours is kept in the commit's backup.
    pub foreign: Vec<HostPath>,
    /// Where that is which theirs displaced.
    pub kept: Vec<HostPath>,
    /// What somebody else had put into directories that the commit made, and where it is now.
    pub guests: Vec<HostPath>,
    /// Mount points where what it did stays as it is, because nothing waits for what was mounted there.
    pub given_up: Vec<HostPath>,
    /// Why it is still cut off; it is tried again at the next start.
    pub failed: Option<Box<SeeError>>,
}

impl Recovered {
    fn of(record: &CommitRecord, state: CommitState) -> Self {
        Self {
            commit: record.id.clone(),
            session: record.session.clone(),
            state,
            foreign: Vec::new(),
            kept: Vec::new(),
            guests: Vec::new(),
            given_up: Vec::new(),
            failed: None,
        }
    }

    /// Returns the error that tells what the commit still waits for; `None` when it is settled.
    pub fn waits(&self) -> Option<Box<SeeError>> {
        self.failed.as_deref().map(|cause| waiting(&self.commit, cause))
    }
}

/// Returns the error that tells that a commit was cut off and waits, and for what.
pub fn waiting(commit: &str, cause: &SeeError) -> Box<SeeError> {
    let message = format!("The commit {commit} was cut off and still waits: {}", cause.message);
    let hint = format!(
        "{} Or leave what cannot be put back as it is now: alcatraz drop {commit} --give-up",
        cause.hint
    );
    let mut error = SeeError::new(ErrorCode::RecoveryNeeded, message, hint).with_fact("commit", commit);
    error.facts.extend(serde_json::to_value(cause.code).ok().map(|code| ("cause".to_owned(), code)));
    let reason = cause.reason.and_then(|reason| serde_json::to_value(reason).ok());
    error.facts.extend(reason.map(|reason| ("cause_reason".to_owned(), reason)));
    error.path.clone_from(&cause.path);
    error
}

/// Finishes or takes back every commit that was cut off, and finishes the removal of layers that are of no use any
/// more. Does nothing while a commit is under way. Quick when there is nothing to do.
pub fn recover(store: &Store, monitor: &dyn Monitor) -> Result<Vec<Recovered>> {
    if store.cut_off_sessions()?.is_empty()
        && store.unsettled_commits()?.is_empty()
        && store.half_dropped_commits()?.is_empty()
    {
        return Ok(Vec::new());
    }
    let Some(_host) = try_lock_host(store)? else { return Ok(Vec::new()) };
    recover_locked(store, monitor)
}

/// Settles a commit that was cut off and waits: takes back what can be reached, and leaves the rest as it is for good.
pub fn give_up(store: &Store, commit: &str, monitor: &dyn Monitor) -> Result<Recovered> {
    let _host = lock_host(store, monitor)?;
    let record = store.commit(commit)?;
    if record.state != CommitState::Applying {
        return Err(SeeError::new(
            ErrorCode::WrongState,
            format!("The commit {} does not wait for anything.", record.id),
            "See the commits with: alcatraz history",
        )
        .with_fact("commit", record.id));
    }
    let recovered = recover_one(store, &record, Patience::GivesUp, monitor)?;
    note_waiting(store, &record, None)?;
    Ok(recovered)
}

/// Returns the commits whose undo was cut off and waits, each with the error that tells for what.
pub fn waiting_undos(store: &Store) -> Result<Vec<(String, Box<SeeError>)>> {
    let mut waiting_for = Vec::new();
    for record in store.unsettled_commits()? {
        let Some(undone) = &record.undid else { continue };
        match store.session(&record.session)?.why {
            Some(SessionCause::CommitWaits { commit, error }) if commit == record.id => {
                waiting_for.push((undone.clone(), waiting(&commit, &error)));
            }
            _ => {}
        }
    }
    Ok(waiting_for)
}

/// Tells with its session that a commit waits, and for what, until it is settled. Others may be writing the session's record.
fn note_waiting(store: &Store, record: &CommitRecord, failed: Option<Box<SeeError>>) -> Result<()> {
    match failed {
        Some(error) => {
            let waits = SessionCause::CommitWaits { commit: record.id.clone(), error };
            store.set_why(&record.session, &waits)
        }
        None => store.clear_why(&record.session, |why| match why {
            SessionCause::CommitWaits { commit, .. } => *commit == record.id,
            // How that began in versions before.
            SessionCause::Said { why } => {
                why.starts_with("its commit was cut off and waits")
                    || why.starts_with(&format!("The commit {} was cut off", record.id))
            }
            _ => false,
        }),
    }
}

/// As [`recover`], for whoever holds the host's lock: what is cut off belongs to nobody then.
pub(super) fn recover_locked(store: &Store, monitor: &dyn Monitor) -> Result<Vec<Recovered>> {
    let mut recovered = Vec::new();
    // Looked up again now that nobody else is at work.
    for record in store.unsettled_commits()? {
        let mut outcome = Recovered::of(&record, CommitState::Applying);
        match recover_one(store, &record, Patience::Waits, monitor) {
            Ok(settled) => outcome = settled,
            Err(error) => outcome.failed = Some(error),
        }
        // A disk that is too full for it is what the commit waits for: the caller is told all the same.
        let _ = note_waiting(store, &record, outcome.failed.clone());
        recovered.push(outcome);
    }
    for record in store.half_dropped_commits()? {
        // What resists takes up room but can do no harm; it is tried again at the next start.
        let _ = drop_locked(store, record);
    }
    let unsettled = store.unsettled_commits()?;
    for session in store.cut_off_sessions()? {
        if unsettled.iter().any(|commit| commit.session == session.id) {
            continue;
        }
        if session.state == SessionState::Committing {
            // Its commit was settled, or never told to the store: the session itself is whole.
            store.move_session(&session.id, &[SessionState::Committing], SessionState::Finished)?;
        } else {
            // Its supervisor may be about to do that.
            let Ok(Some(_lock)) = store.try_lock_session(&session.id) else { continue };
            // What resists is tried again at the next start; it takes up room but can do no harm.
            let _ = finish::remove_layers(store, session);
        }
    }
    Ok(recovered)
}

fn recover_one(
    store: &Store,
    record: &CommitRecord,
    patience: Patience,
    monitor: &dyn Monitor,
) -> Result<Recovered> {
    let mut outcome = Recovered::of(record, CommitState::Reverted);
    let dir = super::commit_dir(store, &record.id);
    let (journal, ending) = journal::look(&dir)?;
    let is_unreadable = matches!(ending, Ending::Damaged | Ending::Newer);
    let Some(journal) = journal else {
        if is_unreadable && patience == Patience::Waits {
            return Err(unreadable(&dir, ending));
        }
        let mut record = record.clone();
        record.state = CommitState::Reverted;
        record.has_backup = false;
        let session = store.session(&record.session)?;
        let was_committing = session.state == SessionState::Committing;
        let to = was_committing.then_some((session.id.as_str(), SessionState::Finished));
        store.settle(&[&record], to)?;
        if is_unreadable {
            let stages = rooms::stages_of(store, &session, &record.id)?;
            outcome.kept.extend(stages.iter().filter_map(|at| HostPath::new(at.as_os_str().as_bytes())));
        } else {
            // The journal was not begun, or had no plan yet: nothing of the host's is here.
            remove_dir(&dir)?;
        }
        return Ok(outcome);
    };
    let mut places = Places::new(journal.header.bases.clone());
    if journal.left.is_some() {
        journal::sync(&dir)?;
        finish::finish(store, &mut places, &journal)?;
        outcome.state = CommitState::Done;
        return Ok(outcome);
    }
    if journal.reverted.is_none() && is_unreadable {
        if patience == Patience::Waits {
            return Err(unreadable(&dir, ending));
        }
        let hosts = journal.header.bases.iter().filter(|base| base.role == Role::Host);
        outcome.given_up = hosts.filter_map(|base| HostPath::new(&base.path.0)).collect();
        outcome.kept = finish::keep_aside(store, &journal)?;
        return Ok(outcome);
    }
    match (&journal.reverted, &journal.steps) {
        (Some(left), None) => finish::clear_up(store, &journal, left)?,
        (Some(_), Some(stayed)) => {
            outcome.foreign = stayed.iter().map(|step| places.path(step.place())).collect();
            outcome.kept = finish::keep_aside(store, &journal)?;
        }
        (None, Some(_)) => {
            let taken_back = finish::take_back(store, &mut places, &journal, (None, patience), monitor)?;
            (outcome.foreign, outcome.guests) = (taken_back.foreign, taken_back.guests);
            (outcome.kept, outcome.given_up) = (taken_back.kept, taken_back.given_up);
        }
        (None, None) => finish::give_up(store, &mut places, &journal, patience)?,
    }
    Ok(outcome)
}

/// Returns the error for a journal that does not tell what was done.
fn unreadable(dir: &Path, ending: Ending) -> Box<SeeError> {
    let shown = escape_for_display(journal::journal_path(dir).as_os_str().as_bytes());
    let (why, hint) = match ending {
        Ending::Newer => ("was written by a later version", "Use that version."),
        _ => ("is damaged", "Bring it back from a copy of the store."),
    };
    let message =
        format!("The journal {shown} {why}: it does not tell all that was done. What was replaced is kept.");
    SeeError::new(ErrorCode::Io, message, hint)
}
