//! Takes changes back inside a session that has finished: what its layer holds for them goes, and the host's own
//! objects show again. The host is only looked at. Every step by itself leaves a layer that means something, so a crash
//! half way has taken back a part; the same call takes back the rest.

use rustix::process::geteuid;

use crate::change::ChangeKind;
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::changes::{self, stamp};
use crate::error::{ErrorCode, Need, Result, SeeError};
use crate::monitor::{Monitor, Phase};
use crate::path::HostPath;
use crate::session::{Session, SessionState};
use crate::store::Store;

use super::namespace::Namespace;
use super::places::Spot;
use super::plan::is_whiteout;
use super::selection::Selection;
use super::view::View;
use super::{attributes, count, loosen, wrong_state};

/// What a discard would take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// How many changes would go.
    pub count: u64,
    /// Of which state of the session's changes this is ([`stamp`](crate::changes::stamp::stamp)).
    pub stamp: String,
}

/// Tells what [`discard`] would take back, and fails as it would; changes nothing.
pub fn look(store: &Store, session: &str, paths: &[HostPath], monitor: &dyn Monitor) -> Result<Outlook> {
    let _lock = store.lock_session(session)?;
    let Wanted { session, changes, goes } = wanted(store, session, paths, None, monitor)?;
    Ok(Outlook { count: going(&goes), stamp: stamp::stamp(&session, &changes) })
}

/// Takes back the changes at and below these paths; returns how many there were.
///
/// Fails with `session-busy` or `wrong-state` when the session is in use, or is not as it was when this `stamp` was told,
/// with `no-such-change` for a path where nothing changed, with `selection-needs` when what stays would mean nothing without
/// what goes.
pub fn discard(
    store: &Store,
    session: &str,
    paths: &[HostPath],
    stamp: Option<&str>,
    monitor: &dyn Monitor,
) -> Result<u64> {
    let done = take_back(store, session, paths, stamp, monitor);
    // Perhaps nothing is left to decide on. What was discarded is, whether there was room to say so or not.
    let _ = store.tell_of_session(session);
    done
}

/// What of a session is to go.
struct Wanted {
    session: Session,
    changes: ChangeSet,
    /// For each change, whether it goes.
    goes: Vec<bool>,
}

fn wanted(
    store: &Store,
    session: &str,
    paths: &[HostPath],
    stamp: Option<&str>,
    monitor: &dyn Monitor,
) -> Result<Wanted> {
    let session = store.session(session)?;
    if session.state != SessionState::Finished {
        return Err(wrong_state(store, &session));
    }
    let changes = changes::scan_own(store, &session, monitor)?;
    if let Some(stamp) = stamp {
        stamp::check(stamp, &session, &changes)?;
    }
    let goes = Selection { only: Some(paths.to_vec().into()), ..Selection::default() }.choose(&changes)?;
    check_rest(&changes, paths, &goes)?;
    Ok(Wanted { session, changes, goes })
}

fn going(goes: &[bool]) -> u64 {
    count(goes.iter().filter(|goes| **goes).count())
}

fn take_back(
    store: &Store,
    session: &str,
    paths: &[HostPath],
    stamp: Option<&str>,
    monitor: &dyn Monitor,
) -> Result<u64> {
    let _lock = store.lock_session(session)?;
    let Wanted { session, changes, goes } = wanted(store, session, paths, stamp, monitor)?;
    monitor.check_cancelled()?;
    let total = going(&goes);
    let mut eraser = Eraser { view: View::new(&session), namespace: Namespace::new(&changes) };
    // The deepest first: a directory goes when nothing of what stays is in it.
    let deepest_first = changes.found.iter().zip(&goes).rev().filter(|(_, goes)| **goes);
    for (done, (found, _)) in deepest_first.enumerate() {
        monitor.progress(Phase::Apply, count(done), Some(total));
        eraser.erase(found)?;
    }
    Ok(total)
}

/// Fails when what stays is no session that could have been: the same question as for a commit of just that.
fn check_rest(changes: &ChangeSet, paths: &[HostPath], goes: &[bool]) -> Result<()> {
    let stays: Vec<bool> = goes.iter().map(|goes| !goes).collect();
    let rest = Selection { skip: paths.to_vec().into(), ..Selection::default() };
    let Err(mut error) = rest.check_needs(changes, &stays) else { return Ok(()) };
    if error.code == ErrorCode::SelectionNeeds {
        let many = error.needs.len();
        let what = if many == 1 { "one more change".to_owned() } else { format!("{many} more changes") };
        error.message = format!("What is to go cannot go without {what}.");
        "Discard them together, or keep both.".clone_into(&mut error.hint);
        error.needs =
            error.needs.into_iter().map(|Need { path, needs }| Need { path: needs, needs: path }).collect();
    }
    Err(error)
}

struct Eraser<'a> {
    view: View<'a>,
    namespace: Namespace<'a>,
}

impl Eraser<'_> {
    fn erase(&mut self, found: &Found) -> Result<()> {
        let path = &found.change.path;
        match found.change.kind {
            ChangeKind::Deleted => self.show_again(found.layer, path),
            ChangeKind::Renamed => {
                // First back at its old place, then gone from the new one: it is never nowhere.
                if let Some(lower) = &found.lower {
                    let old = self.namespace.after(lower);
                    self.show_again(found.layer, &old)?;
                }
                self.remove(found)
            }
            ChangeKind::Modified if found.state == UpperState::MergedDirectory => self.restore(found),
            ChangeKind::Created | ChangeKind::Modified | ChangeKind::Replaced | ChangeKind::Linked => {
                self.remove(found)
            }
        }
    }

    /// Takes away the mark that hides the host's object; there is none where a directory above hides it.
    fn show_again(&mut self, layer: u32, path: &HostPath) -> Result<()> {
        let spot = self.view.upper_spot(layer, path)?;
        let space = self.view.layer(layer)?.marks;
        if self.view.places.stat(&spot)?.is_some() && is_whiteout(&mut self.view.places, &spot, space)? {
            self.take_away(&spot)?;
        }
        Ok(())
    }

    fn remove(&mut self, found: &Found) -> Result<()> {
        let spot = self.view.source(found)?;
        self.take_away(&spot)
    }

    /// Gives a directory the attributes of the host's again; what lies in it stays.
    fn restore(&mut self, found: &Found) -> Result<()> {
        let lower = found.lower.as_ref().ok_or_else(|| {
            SeeError::internal("A changed directory has none on the host.").with_path(&found.change.path)
        })?;
        let prefix = self.view.layer(found.layer)?.marks.prefix().as_bytes();
        let host = self.view.host_spot(found.layer, lower)?;
        let spot = self.view.source(found)?;
        let places = &mut self.view.places;
        let mut wanted = attributes::read(places, &host, None)?;
        let marks = attributes::read(places, &spot, None)?.xattrs;
        wanted.xattrs.extend(marks.into_iter().filter(|(name, _)| name.0.starts_with(prefix)));
        attributes::write(places, &spot, None, &wanted)
    }

    /// Removes an object of the layer, if it is there. Its directory keeps its time and its permissions.
    fn take_away(&mut self, spot: &Spot) -> Result<()> {
        let places = &mut self.view.places;
        let holder = spot.parent();
        let Some(before) = places.stat(&holder)? else { return Ok(()) };
        loosen::open_up(places, &holder)?;
        let removed = places.remove(spot);
        // A directory that is gone, or another one, must not be reached by an old descriptor.
        places.forget();
        if !geteuid().is_root() {
            attributes::set_mode(places, &holder, None, before.mode)?;
        }
        attributes::set_mtime(places, &holder, None, before.mtime)?;
        removed.map(|_| ())
    }
}
