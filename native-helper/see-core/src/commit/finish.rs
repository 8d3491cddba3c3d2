//! The end of a commit, good or bad: what is of no use any more goes, and the store learns the outcome. Every part
//! can be repeated, so recovery ends a commit with the same code.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::cause::SessionCause;
use crate::engine::{dismantle, rooms};
use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::MarkSpace;
use crate::merge::bases;
use crate::monitor::Monitor;
use crate::path::HostPath;
use crate::remove_tree::remove_dir;
use crate::session::{Session, SessionState};
use crate::store::Store;

use super::apply;
use super::attributes::{self, as_path};
use super::away::{Away, Patience};
use super::backups;
use super::crash;
use super::journal::{self, Journal, Left, Residue};
use super::loosen;
use super::places::Places;
use super::plan::is_whiteout;
use super::record::CommitState;

/// Ends a commit that was applied in full: clears the session's layers of what the host has now, then tells the
/// store.
pub fn finish(store: &Store, places: &mut Places, journal: &Journal) -> Result<()> {
    let header = &journal.header;
    let mut record = store.commit(&header.commit)?;
    record.state = CommitState::Done;
    record.backup = backups::size(places, header);
    if let Some(undone) = &header.undoes {
        let mut undone = store.commit(undone)?;
        record.undid = Some(undone.id.clone());
        undone.undone_by = Some(record.id.clone());
        if undone.has_backup {
            if let Some(journal) = journal::read(&super::commit_dir(store, &undone.id))? {
                undone.backup = backups::size(&mut Places::new(Vec::new()), &journal.header);
            }
        }
        return store.settle(&[&record, &undone], None);
    }
    let mut session = store.session(&header.session)?;
    if !header.whole {
        clear(places, journal, &session)?;
        // What the session changes from now on begins with what it has committed.
        for left in journal.left.iter().flatten() {
            bases::forget(store, &session.id, &places.path(&left.at))?;
        }
        crash::point();
        return store.settle(&[&record], Some((&session.id, SessionState::Finished)));
    }
    store.settle(&[&record], Some((&session.id, SessionState::Committed)))?;
    crash::point();
    session.state = SessionState::Committed;
    // The commit is done whatever becomes of the layers; what cannot be removed now is tried again by recovery.
    let _ = remove_layers(store, session);
    Ok(())
}

/// What the host has of its own where a commit was taken back.
#[derive(Debug, Default)]
pub struct TakenBack {
    /// Where somebody else changed the host meanwhile: theirs stayed, and nothing is cleared up.
    pub foreign: Vec<HostPath>,
    /// What somebody else had put into new directories, and where it is now.
    pub guests: Vec<HostPath>,
    /// Where that is which they displaced.
    pub kept: Vec<HostPath>,
    /// Where what was done stays, because nothing waits for that file system.
    pub given_up: Vec<HostPath>,
}

/// Ends a commit that was not applied in full, or not known to be: takes every step back. When it is known that only the first steps
/// were `begun`, the others are left alone. Fails when a tree is not there, after it has taken back what lies elsewhere.
pub fn take_back(
    store: &Store,
    places: &mut Places,
    journal: &Journal,
    (begun, patience): (Option<usize>, Patience),
    monitor: &dyn Monitor,
) -> Result<TakenBack> {
    let steps = journal.steps.as_deref().unwrap_or_default();
    let steps = steps.get(..begun.unwrap_or(steps.len())).unwrap_or(steps);
    let away = Away::look(places, &journal.header, patience)?;
    let reverted = apply::revert(places, (journal, &away), steps, monitor)?;
    if let Err(error) = away.refuse_awaited(places) {
        if reverted.rest.len() < steps.len() {
            let dir = super::commit_dir(store, &journal.header.commit);
            journal::write_rest(&dir, &journal.header, &reverted.rest, &journal.holdings)?;
        }
        return Err(error);
    }
    let kept = match reverted.foreign.is_empty() {
        true => {
            clear_up(store, journal, &reverted.left)?;
            Vec::new()
        }
        false => {
            let dir = super::commit_dir(store, &journal.header.commit);
            // Later checks must know what was our own work, as after any other revert.
            match journal::write_reverted(&dir, &journal.header, Some(&reverted.rest), &reverted.left) {
                // Without it they ask about more; but every step would be taken back again once there is room, also what the host
                // has built upon meanwhile, and nobody would be told where theirs is.
                Err(error) if error.code == ErrorCode::DiskFull => {}
                written => written?,
            }
            crash::point();
            keep_aside(store, journal)?
        }
    };
    let given_up = away.given_up(places);
    Ok(TakenBack { foreign: reverted.foreign, guests: reverted.guests, kept, given_up })
}

/// Ends a commit that never changed a name of the host: removes what it staged, then tells the store.
pub fn give_up(store: &Store, places: &mut Places, journal: &Journal, patience: Patience) -> Result<()> {
    let away = Away::look(places, &journal.header, patience)?;
    away.refuse_awaited(places)?;
    let left = apply::compare(places, &journal.header, &away)?;
    clear_up(store, journal, &left)
}

/// Removes what a commit staged, now that nothing of it is on the host, then tells the store. What the host's objects
/// look like since is kept for later checks.
pub fn clear_up(store: &Store, journal: &Journal, left: &[Left]) -> Result<()> {
    let dir = super::commit_dir(store, &journal.header.commit);
    if journal.reverted.is_none() {
        match journal::write_reverted(&dir, &journal.header, None, left) {
            // Without a journal there is nothing to take back either. But where something was taken back, later checks must
            // know that it was us: then the commit stays cut off until there is room to write that down.
            Err(error) if error.code == ErrorCode::DiskFull && left.is_empty() => journal::forget(&dir)?,
            written => written?,
        }
    }
    crash::point();
    remove_stages(store, journal)?;
    crash::point();
    set_aside(store, journal)?;
    crash::point();
    if left.is_empty() {
        remove_dir(&dir)?;
    }
    Ok(())
}

/// Tells the store that a commit is not on the host, but for what the host has of its own by now; returns where that is kept
/// which it displaced.
pub fn keep_aside(store: &Store, journal: &Journal) -> Result<Vec<HostPath>> {
    set_aside(store, journal)?;
    let stages = journal.header.rooms.iter().map(|room| room.stage(&journal.header.commit));
    Ok(stages.filter(|stage| stage.is_dir()).map(|stage| host_path(&stage)).collect())
}

/// Tells the store that a commit is not on the host; keeps what it staged and its backup.
fn set_aside(store: &Store, journal: &Journal) -> Result<()> {
    let header = &journal.header;
    let mut record = store.commit(&header.commit)?;
    record.state = CommitState::Reverted;
    record.has_backup = false;
    let session = store.session(&header.session)?;
    let was_committing = header.undoes.is_none() && session.state == SessionState::Committing;
    store.settle(&[&record], was_committing.then_some((session.id.as_str(), SessionState::Finished)))
}

/// Removes the stages of a commit in all rooms, with what is in them. The one that holds the journal keeps it.
pub fn remove_stages(store: &Store, journal: &Journal) -> Result<()> {
    let own = super::commit_dir(store, &journal.header.commit);
    remove_dir(&journal::plan_path(&own))?;
    for room in &journal.header.rooms {
        let stage = room.stage(&journal.header.commit);
        if stage != own {
            remove_dir(&stage)?;
            rooms::remove_empty(as_path(&room.path));
            continue;
        }
        let entries = match std::fs::read_dir(&stage) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|e| io_error("listing", &stage, &e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| io_error("listing", &stage, &e))?;
            if entry.file_name() != "journal" {
                remove_dir(&entry.path())?;
            }
        }
    }
    Ok(())
}

/// Removes the layers of a session that is over, and forgets them.
pub fn remove_layers(store: &Store, mut session: Session) -> Result<()> {
    let removed = remove_all(store, &session);
    match &removed {
        Ok(()) => {
            session.layers.clear();
            session.why = session.why.filter(|why| !why.is_not_removed());
        }
        // Its layers stay in the record, so the next start tries again; until then a person can see what fills the disk.
        Err(error) => session.why = Some(SessionCause::NotRemoved { error: error.clone() }),
    }
    store.update_session(&session)?;
    store.keep_reserve();
    removed
}

fn remove_all(store: &Store, session: &Session) -> Result<()> {
    for layer in &session.layers {
        dismantle::layer(layer)?;
        crash::point();
    }
    dismantle::unrecorded(session)?;
    bases::forget_all(store, &session.id)?;
    // Nothing will be checked against them any more.
    for commit in store.commits()? {
        if commit.session == session.id && commit.state == CommitState::Reverted {
            let dir = super::commit_dir(store, &commit.id);
            let journal = journal::read(&dir)?.filter(|journal| journal.header.undoes.is_none());
            // Where steps stayed, its directory may hold what they displaced.
            if journal.is_some_and(|journal| journal.is_cleared_up()) {
                remove_dir(&dir)?;
            }
        }
    }
    dismantle::notes(store, &session.id)
}

/// Clears the layers of a session that lives on: what the host has now goes, what is left is based on it.
fn clear(places: &mut Places, journal: &Journal, session: &Session) -> Result<()> {
    for residue in &journal.residue {
        let (Residue::Remove(spot)
        | Residue::Whiteout(spot)
        | Residue::Unmark(spot)
        | Residue::Mode(spot, _)) = residue;
        let Some(base) = places.bases().get(usize::from(spot.base)).cloned() else { continue };
        let layer = session.layers.iter().find(|layer| layer.upper.as_os_str().as_bytes() == base.path.0);
        let space = layer.map_or(MarkSpace::Trusted, |layer| layer.marks);
        if places.stat(spot)?.is_none() {
            continue;
        }
        // What stays keeps its times: another commit will bring them to the host.
        let holder = spot.parent();
        let time = places.stat(&holder)?.map(|stat| stat.mtime);
        match residue {
            Residue::Mode(spot, mode) => {
                attributes::set_mode(places, spot, None, *mode)?;
                continue;
            }
            Residue::Unmark(spot) => loosen::open_up(places, spot)?,
            Residue::Remove(_) | Residue::Whiteout(_) => loosen::open_up(places, &holder)?,
        }
        match residue {
            Residue::Mode(..) => {}
            Residue::Remove(spot) => {
                places.remove(spot)?;
            }
            Residue::Whiteout(spot) => {
                if is_whiteout(places, spot, space)? {
                    places.unlink(spot)?;
                }
            }
            Residue::Unmark(spot) => {
                let mut change = attributes::marks(places, spot, space)?;
                change.on.clear();
                change.off.retain(|(name, _)| {
                    let mark = name.0.strip_prefix(space.prefix().as_bytes()).unwrap_or_default();
                    matches!(mark, b"opaque" | b"redirect")
                });
                attributes::change_marks(places, spot, None, &change)?;
            }
        }
        if let Some(time) = time {
            attributes::set_mtime(places, &holder, None, time)?;
        }
    }
    Ok(())
}

/// Returns the error for a commit that failed and was taken back, but for paths where the host has its own by now.
pub fn foreign(cause: &SeeError, (path, count): (&HostPath, usize), kept: &[HostPath]) -> Box<SeeError> {
    let message = format!(
        "{} Everything was put back, but for what somebody else has changed meanwhile: {} ({count} in all) stays as it is now.",
        cause.message,
        path.display()
    );
    let hint = match kept.first() {
        Some(kept) => format!("Look at it. What was there before the commit is kept in {}", kept.display()),
        None => "Look at it.".to_owned(),
    };
    SeeError::new(ErrorCode::RecoveryNeeded, message, hint).with_path(path)
}

fn io_error(doing: &str, path: &Path, error: &std::io::Error) -> Box<SeeError> {
    let errno = error.raw_os_error().map_or(rustix::io::Errno::IO, rustix::io::Errno::from_raw_os_error);
    SeeError::os(doing, &host_path(path), errno)
}

fn host_path(path: &Path) -> HostPath {
    HostPath::new(path.as_os_str().as_bytes()).unwrap_or_else(HostPath::root)
}
