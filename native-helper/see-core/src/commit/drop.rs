//! Forgets the backup of a commit: it cannot be taken back any more, and its room is free again.

use crate::error::{ErrorCode, Result, SeeError};
use crate::monitor::Monitor;
use crate::remove_tree::remove_dir;
use crate::session::SessionState;
use crate::store::Store;

use super::crash;
use super::finish;
use super::journal;
use super::lock::lock_host;
use super::record::{CommitRecord, CommitState};

/// Removes what a commit keeps for its undo. Fails with `no-such-commit`, and with `wrong-state` when recovery has to
/// look at it first.
pub fn drop(store: &Store, commit: &str, monitor: &dyn Monitor) -> Result<()> {
    let _host = lock_host(store, monitor)?;
    drop_locked(store, store.commit(commit)?)
}

/// As [`drop`], for who has the right to change the host. Can be called again when it was cut off.
pub fn drop_locked(store: &Store, mut record: CommitRecord) -> Result<()> {
    if record.state == CommitState::Applying {
        return Err(SeeError::new(
            ErrorCode::WrongState,
            format!("The commit {} was cut off.", record.id),
            "Run any alcatraz command: it recovers the commit first.",
        ));
    }
    // First the promise, then the backup: history must not offer an undo that has nothing to go by.
    // A size without a backup says that the removal is not through yet.
    record.has_backup = false;
    record.backup = record.backup.max(1);
    store.update_commit(&record)?;
    crash::point();
    remove(store, &record)?;
    record.backup = 0;
    store.update_commit(&record)?;
    store.keep_reserve();
    Ok(())
}

fn remove(store: &Store, record: &CommitRecord) -> Result<()> {
    let dir = super::commit_dir(store, &record.id);
    let Some(journal) = journal::read(&dir)? else { return remove_dir(&dir) };
    finish::remove_stages(store, &journal)?;
    crash::point();
    for other in store.commits()?.into_iter().filter(|other| other.state == CommitState::Reverted) {
        let dir = super::commit_dir(store, &other.id);
        let Some(tried) = journal::read(&dir)? else { continue };
        // Where steps stayed, its directory holds what they displaced.
        if tried.header.undoes.as_ref() == Some(&record.id) && tried.is_cleared_up() {
            remove_dir(&dir)?;
        }
    }
    // The journal tells later checks what we left on the host, as long as its session can be committed from.
    let session = store.session(&record.session)?;
    if matches!(session.state, SessionState::Committed | SessionState::Aborted) {
        remove_dir(&dir)?;
    }
    Ok(())
}
