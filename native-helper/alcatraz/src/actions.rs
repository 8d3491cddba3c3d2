//! What both the command line and the app ask of sessions and commits, each in one call.

use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use see_core::changes::found::ChangeSet;
use see_core::check::Checked;
use see_core::commit::discard::Outlook;
use see_core::commit::edit::Seen;
use see_core::commit::selection::Selection;
use see_core::compare::Comparison;
use see_core::engine::{self, request::More};
use see_core::error::{ErrorCode, Resolution, Result, SeeError};
use see_core::merge::ByHand;
use see_core::monitor::Monitor;
use see_core::path::{HostPath, escape_for_display};
use see_core::record;
use see_core::session::{Session, SessionState};
use see_core::store::Store;
use see_core::virus_scan::{self, Scanned};
use see_core::{changes, check, commit, compare, merge};

use crate::wire::commit::{CheckResult, CommitResult, DiscardResult, SharedFile, UndoResult, refs};
use crate::wire::log::LogResult;

/// Returns what a session changed.
pub fn scan(store: &Store, session: &Session, monitor: &dyn Monitor) -> Result<ChangeSet> {
    reviewable(session)?;
    changes::scan_recorded(store, session, monitor)
}

/// Fails with `wrong-state` when a session has no changes to look at any more.
pub fn reviewable(session: &Session) -> Result<()> {
    match session.state {
        SessionState::Committed => Err(wrong_state(session, "See the commits with: alcatraz history")),
        SessionState::Aborted => {
            Err(wrong_state(session, "Run its command again with: alcatraz retry SESSION"))
        }
        _ => Ok(()),
    }
}

/// Tells whether the selected changes could be committed now.
pub fn check(
    store: &Store,
    session: &Session,
    selection: &Selection,
    monitor: &dyn Monitor,
) -> Result<CheckResult> {
    let changes = scan(store, session, monitor)?;
    monitor.check_cancelled()?;
    let Checked { conflicts, joined, ignored, other_names, tracking, missing, stamp } =
        check::check(store, session, &changes, selection, monitor)?;
    let (joined, ignored) = (refs(&joined), refs(&ignored));
    let consistent = conflicts.is_empty();
    let (conflicts_more, joined_more, ignored_more) = (0, 0, 0);
    Ok(CheckResult {
        consistent,
        conflicts,
        conflicts_more,
        joined,
        joined_more,
        ignored,
        ignored_more,
        other_names: other_names.into_iter().map(SharedFile::from).collect(),
        other_names_more: 0,
        tracking,
        missing,
        summary: Some(changes.summary()),
        stamp: Some(stamp),
    })
}

/// Puts the contents of files into a selection, as what a person made of both versions of these paths.
pub fn add_merged(
    store: &Store,
    session: &Session,
    selection: &mut Selection,
    files: &[(HostPath, PathBuf)],
    monitor: &dyn Monitor,
) -> Result<()> {
    let changes = scan(store, session, monitor)?;
    for (path, file) in files {
        let found = changes.get(path).ok_or_else(|| no_such_change(path))?;
        let content = std::fs::read_to_string(file).map_err(|error| {
            let shown = escape_for_display(file.as_os_str().as_bytes());
            let message = format!("{shown} cannot be read as text: {error}.");
            SeeError::new(ErrorCode::BadRequest, message, "Name a text file with what the path is to become.")
        })?;
        let stamp = merge::preview(store, session, found)?.stamp;
        selection.by_hand.push(ByHand { path: path.clone(), stamp, content });
        selection.resolve.insert(path.clone(), Resolution::Merge);
    }
    Ok(())
}

/// Compares what two sessions did.
pub fn compare(
    store: &Store,
    first: &Session,
    second: &Session,
    monitor: &dyn Monitor,
) -> Result<Comparison> {
    let (theirs, ours) = (scan(store, first, monitor)?, scan(store, second, monitor)?);
    compare::compare((first, &theirs), (second, &ours), monitor)
}

/// Brings the selected changes to the host; with `dry_run` only looks whether that would go well.
pub fn commit(
    store: &Store,
    session: &Session,
    selection: &Selection,
    dry_run: bool,
    monitor: &dyn Monitor,
) -> Result<CommitResult> {
    at_rest(session)?;
    let outcome = commit::commit(store, &session.id, selection, dry_run, monitor)?;
    Ok(CommitResult {
        commit: outcome.id,
        session: session.id.clone(),
        applied: outcome.applied,
        skipped: outcome.skipped,
        joined: refs(&outcome.joined),
        joined_more: 0,
        ignored: refs(&outcome.ignored),
        ignored_more: 0,
        other_names: outcome.other_names.into_iter().map(SharedFile::from).collect(),
        other_names_more: 0,
        differing: refs(&outcome.differing),
        differing_more: 0,
        dropped: outcome.dropped,
    })
}

/// Takes changes back inside a session that has ended.
pub fn discard(
    store: &Store,
    session: &Session,
    paths: &[HostPath],
    stamp: Option<&str>,
    monitor: &dyn Monitor,
) -> Result<DiscardResult> {
    at_rest(session)?;
    let discarded = commit::discard::discard(store, &session.id, paths, stamp, monitor)?;
    Ok(DiscardResult { session: session.id.clone(), discarded, stamp: None })
}

/// Tells what a discard would take back.
pub fn look_at_discard(
    store: &Store,
    session: &Session,
    paths: &[HostPath],
    monitor: &dyn Monitor,
) -> Result<DiscardResult> {
    at_rest(session)?;
    let Outlook { count, stamp } = commit::discard::look(store, &session.id, paths, monitor)?;
    Ok(DiscardResult { session: session.id.clone(), discarded: count, stamp: Some(stamp) })
}

/// Gives a file of a session that has ended another content.
pub fn edit(
    store: &Store,
    session: &Session,
    path: &HostPath,
    content: &[u8],
    seen: &Seen,
    monitor: &dyn Monitor,
) -> Result<()> {
    at_rest(session)?;
    commit::edit::edit(store, &session.id, path, content, seen, monitor)
}

/// Lets a virus scanner look at what a session that has ended made.
pub fn scan_for_viruses(store: &Store, session: &Session, monitor: &dyn Monitor) -> Result<Scanned> {
    at_rest(session)?;
    let _lock = store.lock_session(&session.id)?;
    virus_scan::scan(store, session, &scan(store, session, monitor)?, monitor)
}

/// Fails while programs of a session run.
pub fn at_rest(session: &Session) -> Result<()> {
    match session.state {
        SessionState::Starting | SessionState::Running => {
            Err(wrong_state(session, "Let its programs end, or stop them first: alcatraz stop SESSION"))
        }
        _ => Ok(()),
    }
}

/// Fails unless nothing is at work on a session, so that it can be looked at.
pub fn inspectable(session: &Session) -> Result<()> {
    reviewable(session)?;
    at_rest(session)?;
    match session.state {
        SessionState::Committing => Err(wrong_state(session, "Try again when its commit has ended.")),
        _ => Ok(()),
    }
}

/// Ends a session's programs and returns the session when its layers are at rest.
pub fn stop(store: &Store, session: &Session) -> Result<Session> {
    if !matches!(session.state, SessionState::Starting | SessionState::Running) {
        return Err(wrong_state(session, "Only a session that runs can be stopped."));
    }
    match engine::client::stop(store, session) {
        Ok(()) => {}
        // It ended by itself, or its supervisor was killed: all the same, when it has come to rest.
        Err(error) => {
            store.repair_dead_sessions()?;
            let now = store.session(&session.id)?;
            if matches!(now.state, SessionState::Starting | SessionState::Running) {
                return Err(error);
            }
        }
    }
    drop(store.lock_session(&session.id)?);
    store.session(&session.id)
}

/// Lets a frozen session go on, with as much again where nothing is said; gives one that runs more.
pub fn resume(store: &Store, session: &Session, more: More) -> Result<Session> {
    if session.state != SessionState::Running {
        return Err(wrong_state(session, "Only a session that runs can be frozen or go on."));
    }
    engine::client::resume(store, session, more)?;
    store.session(&session.id)
}

/// Throws a session's changes away; ends its programs first.
pub fn abort(store: &Store, session: &Session) -> Result<Session> {
    if matches!(session.state, SessionState::Starting | SessionState::Running) {
        stop(store, session)?;
    }
    see_core::abort::abort(store, &session.id)?;
    store.session(&session.id)
}

/// Returns what happened in a session, all of it or what is new since it was asked last.
pub fn log(store: &Store, session: &Session, since: u64) -> Result<LogResult> {
    record::log::read(&record::log::path(store, &session.id), since).map(LogResult::from)
}

/// Takes a commit back.
pub fn undo(
    store: &Store,
    key: &str,
    resolve: &[(HostPath, Resolution)],
    monitor: &dyn Monitor,
) -> Result<UndoResult> {
    let undid = store.commit(key)?.id;
    let outcome = commit::undo(store, &undid, resolve, monitor)?;
    let (applied, skipped, dropped) = (outcome.applied, outcome.skipped, outcome.dropped);
    Ok(UndoResult { commit: outcome.id, undid, applied, skipped, dropped })
}

/// Forgets a commit's backup; returns the commit's id.
pub fn drop_backup(store: &Store, key: &str, monitor: &dyn Monitor) -> Result<String> {
    let id = store.commit(key)?.id;
    commit::drop(store, &id, monitor)?;
    Ok(id)
}

/// Returns the error for a path that a session did not change.
pub fn no_such_change(path: &HostPath) -> Box<SeeError> {
    let message = format!("The session did not change {}.", path.display());
    let hint = "See what it changed with: alcatraz changes SESSION";
    SeeError::new(ErrorCode::NoSuchChange, message, hint).with_path(path)
}

fn wrong_state(session: &Session, hint: &str) -> Box<SeeError> {
    let word = session.state.word();
    SeeError::new(ErrorCode::WrongState, format!("The session {} is {word}.", session.handle()), hint)
        .with_fact("session", session.id.as_str())
        .with_fact("state", word)
}
