//! Brings a session's changes to the host, all or nothing, and takes a commit back.
//! plan → check → stage → journal → apply → publish; `docs/commit.md` tells why each step is safe.

mod apply;
mod arrived;
pub(crate) mod attributes;
mod away;
mod backups;
mod beside;
mod bytes;
mod copy;
mod crash;
pub mod discard;
mod drop;
pub mod edit;
pub(crate) mod finish;
mod guests;
mod held;
pub(crate) mod journal;
pub(crate) mod left;
mod lock;
mod loosen;
pub mod merged;
pub(crate) mod namespace;
pub(crate) mod places;
mod plan;
mod reclaim;
pub mod record;
mod records;
mod recover;
mod rooms;
mod run;
pub mod selection;
mod stage;
pub(crate) mod stat;
mod step;
#[cfg(test)]
pub(crate) mod tests;
pub mod tops;
mod touched;
mod undo;
pub(crate) mod units;
mod verify;
pub(crate) mod view;

use std::collections::HashSet;
use std::path::PathBuf;

use crate::changes::found::ChangeSet;
use crate::changes::{self, stamp};
use crate::check::{self, OtherNames};
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::merge::{self, Settled};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;
use crate::session::{Session, SessionState};
use crate::store::Store;
use crate::timestamp::Timestamp;

pub use self::drop::drop;
pub use backups::limit_backups;
pub use recover::{Recovered, give_up, recover, waiting, waiting_undos};
pub use undo::deeds::{Deed, deeds};
pub use undo::undo;
pub use undo::versions::{UndoSide, UndoVersions, undo_slice, undo_versions};

use places::Places;
use plan::Plan;
use record::{CommitRecord, CommitState};
use rooms::Rooms;
use selection::Selection;
use view::View;

/// What a commit did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitOutcome {
    /// Id of the commit; `dry-run` when it was only tried.
    pub id: String,
    /// How many changes it brought to the host.
    pub applied: u64,
    /// How many it left out.
    pub skipped: u64,
    /// Files that it joined because the host and the session had both appended to them.
    pub joined: Vec<HostPath>,
    /// Those of `skipped` that the ignore list left out.
    pub ignored: Vec<HostPath>,
    /// Files that changed under other names, too.
    pub other_names: Vec<OtherNames>,
    /// Where a look at the host afterwards found something else than what was committed: somebody else was there too.
    pub differing: Vec<HostPath>,
    /// Older commits whose backups went, so that all together stay within the limit.
    pub dropped: Vec<String>,
}

/// Commits the selected changes of a session that has finished: all of them or none. With `dry_run` everything is
/// checked and nothing changes.
///
/// Fails with `session-busy` or `wrong-state` when the session is in use, or has changed since it was looked at, with `conflicts` when the criterion does
/// not hold, with `selection-needs` when the selection lacks something, with `rolled-back` when it failed half way
/// and everything was put back, with `recovery-needed` when that failed too.
pub fn commit(
    store: &Store,
    session: &str,
    selection: &Selection,
    dry_run: bool,
    monitor: &dyn Monitor,
) -> Result<CommitOutcome> {
    let _host = lock::lock_host(store, monitor)?;
    let settled = settle_cut_off(store, monitor)?;
    let _lock = store.lock_session(session)?;
    let session = store.session(session)?;
    if session.state != SessionState::Finished {
        // Nobody else commits now: a commit of its own that is under way was cut off.
        let mut own = settled.iter().filter(|recovered| recovered.session == session.id);
        return Err(own.find_map(Recovered::waits).unwrap_or_else(|| wrong_state(store, &session)));
    }
    let changes = changes::scan_own(store, &session, monitor)?;
    if let Some(stamp) = &selection.stamp {
        stamp::check(stamp, &session, &changes)?;
    }
    let mut view = View::new(&session);
    let selection = merge::carry_out(store, &mut view, &changes, selection, monitor)?;
    let chosen = selection.choose(&changes)?;
    let applied = count(chosen.iter().filter(|chosen| **chosen).count());
    let skipped = count(chosen.len()) - applied;
    if applied == 0 && skipped > 0 {
        return Err(SeeError::new(
            ErrorCode::BadRequest,
            "The selection leaves nothing to commit.",
            "Select at least one change.",
        )
        .because(Reason::NothingChosen));
    }
    selection.check_needs(&changes, &chosen)?;
    changes.refuse_unseen(&chosen)?;
    let id = store.new_id()?;
    let mut rooms = Rooms::new(store, &id);
    let ignored = selection.ignored(&changes);
    let merged = selection.merged.iter().map(|merged| &merged.path);
    let mut other: HashSet<HostPath> = selection.resolve.keys().chain(merged).cloned().collect();
    let prepared = prepare(store, &mut view, &mut rooms, (&changes, &chosen, selection), monitor)?;
    let Prepared { plan, joined, other_names, selection, grounds } = prepared;
    if dry_run {
        let id = "dry-run".to_owned();
        let (differing, dropped) = (Vec::new(), Vec::new());
        return Ok(CommitOutcome { id, applied, skipped, joined, ignored, other_names, differing, dropped });
    }
    let record = CommitRecord {
        id: id.clone(),
        session: session.id.clone(),
        time: Timestamp::now(),
        command: session.command.clone(),
        applied,
        state: CommitState::Applying,
        undid: None,
        undone_by: None,
        has_backup: !plan.steps.is_empty(),
        backup: 0,
    };
    let whole = skipped == 0 && changes.unlisted.is_empty() && changes.astray.is_empty();
    let places = std::mem::replace(&mut view.places, Places::new(Vec::new()));
    let still_holds = || check::still_holds(&changes, &selection, &grounds);
    let purpose = run::Purpose { record, whole, undone: None, still_holds: &still_holds };
    let dropped = run::run(store, places, plan, purpose, monitor)?;
    other.extend(joined.iter().cloned());
    let differing = verify::differing(&session, &changes, &chosen, &other);
    Ok(CommitOutcome { id, applied, skipped, joined, ignored, other_names, differing, dropped })
}

/// Puts back what a full disk kept a commit from putting back, now that there may be room. What still fails stays as it is.
fn settle_cut_off(store: &Store, monitor: &dyn Monitor) -> Result<Vec<Recovered>> {
    match store.unsettled_commits()?.is_empty() {
        true => Ok(Vec::new()),
        false => recover::recover_locked(store, monitor),
    }
}

/// A commit that was checked.
struct Prepared {
    plan: Plan,
    joined: Vec<HostPath>,
    other_names: Vec<OtherNames>,
    /// The selection, with what was joined.
    selection: Selection,
    /// What the check rests on.
    grounds: check::Grounds,
}

/// Plans the commit and checks it on the very state of the host that was planned with.
fn prepare<'s>(
    store: &Store,
    view: &mut View<'s>,
    rooms: &mut Rooms<'s>,
    (changes, chosen, selection): (&ChangeSet, &[bool], Selection),
    monitor: &dyn Monitor,
) -> Result<Prepared> {
    monitor.progress(Phase::Check, 0, None);
    let grounds = check::Grounds::of(store, view.session)?;
    let conflicts = check::find(view, changes, chosen, &grounds)?;
    let Settled { selection, joined, mut open } =
        merge::settle(store, view, changes, (selection, &grounds), conflicts, monitor)?;
    open.extend(check::only_read(changes, &selection, &grounds)?);
    if !open.is_empty() {
        let many = if open.len() == 1 { "1 path".to_owned() } else { format!("{} paths", open.len()) };
        let mut error = SeeError::new(
            ErrorCode::Conflicts,
            format!("The host changed meanwhile at {many}; nothing was committed."),
            "Decide for each of them, or leave them out.",
        );
        error.conflicts = open;
        return Err(error);
    }
    monitor.check_cancelled()?;
    let plan = plan::plan(view, rooms, changes, chosen, &selection)?;
    plan.refuse_fixed(&view.places)?;
    plan.refuse_read_only(&view.places)?;
    let other_names = check::other_names(view, changes, chosen, &selection)?;
    Ok(Prepared { plan, joined, other_names, selection, grounds })
}

/// Returns the directory of a commit in the store.
pub(crate) fn commit_dir(store: &Store, commit: &str) -> PathBuf {
    store.root().join("commits").join(commit)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

pub(crate) fn wrong_state(store: &Store, session: &Session) -> Box<SeeError> {
    let is_undone = || store.undone_sessions().is_ok_and(|undone| undone.contains(&session.id));
    let (what, hint) = match session.state {
        SessionState::Starting | SessionState::Running => {
            ("still runs", "Stop it first: alcatraz stop SESSION")
        }
        SessionState::Committing => ("is being committed", "Wait until that is done."),
        SessionState::Committed if is_undone() => {
            ("was committed, and that was undone", "Run its command again with: alcatraz retry SESSION")
        }
        SessionState::Committed => ("was committed already", "See the commits with: alcatraz history"),
        SessionState::Aborted => ("was aborted", "Run its command again with: alcatraz retry SESSION"),
        SessionState::Broken => ("is broken", "Abort it: alcatraz abort SESSION"),
        SessionState::Finished => ("has finished", "Try again."),
    };
    SeeError::new(ErrorCode::WrongState, format!("The session {} {what}.", session.handle()), hint)
        .with_fact("session", session.id.clone())
        .with_fact("state", session.state.word())
}
