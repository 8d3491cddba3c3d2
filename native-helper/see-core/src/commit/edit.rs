//! Gives a changed file of a session that has finished another content, written by a person. The new file is made
//! beside the layer and takes the old one's place in one step: whatever happens, the layer holds the one or the other.

use rustix::fs::{OFlags, RenameFlags};
use rustix::process::geteuid;

use crate::change::{ChangeKind, FileType};
use crate::changes;
use crate::changes::found::Found;
use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::monitor::Monitor;
use crate::path::HostPath;
use crate::session::SessionState;
use crate::store::Store;
use crate::timestamp::Timestamp;

use super::bytes::Bytes;
use super::places::{Places, Role, Spot};
use super::stat::Stat;
use super::view::View;
use super::{attributes, loosen, wrong_state};

/// The name of the new file while it is being made, beside the layer's upper directory.
const FRESH: &[u8] = b"edited";

/// What a person saw of a file before they changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Bytes.
    pub size: u64,
    /// Last change of the content, RFC 3339.
    pub mtime: String,
}

/// Replaces the content of the session's file at `path`. Owner, permissions and attributes stay.
///
/// Fails with `session-busy` or `wrong-state` when the session is in use, with `no-such-change` when it has no file of its
/// own there, with `bad-request` when the file is not as it was `seen` or has more than one name.
pub fn edit(
    store: &Store,
    session: &str,
    path: &HostPath,
    content: &[u8],
    seen: &Seen,
    monitor: &dyn Monitor,
) -> Result<()> {
    let _lock = store.lock_session(session)?;
    let session = store.session(session)?;
    if session.state != SessionState::Finished {
        return Err(wrong_state(store, &session));
    }
    let changes = changes::scan(&session, monitor)?;
    let found = changes.get(path).filter(|found| is_file(found)).ok_or_else(|| {
        let message = format!("The session has no file of its own at {}.", path.display());
        let hint = "Only a file that the session made or changed can be edited in it.";
        SeeError::new(ErrorCode::NoSuchChange, message, hint).because(Reason::NoOwnFile).with_path(path)
    })?;
    let mut view = View::new(&session);
    let spot = view.source(found)?;
    let layer = view.layer(found.layer)?;
    let beside = layer.upper.parent().ok_or_else(|| SeeError::internal("A layer lies nowhere."))?;
    let base = view.places.base(Role::Stage, beside)?;
    let fresh = Spot { base, path: Bytes(FRESH.to_vec()) };
    let metacopy = [layer.marks.prefix().as_bytes(), b"metacopy"].concat();

    let places = &mut view.places;
    let stat = places.stat(&spot)?.ok_or_else(|| changed(path))?;
    check(&stat, seen, path)?;
    let mut wanted = attributes::read(places, &spot, None)?;
    // Its content was the host's so far, and is its own from now on.
    wanted.xattrs.remove(&Bytes(metacopy));
    wanted.mtime = Timestamp::now();
    // What an edit that was cut off has left.
    places.unlink(&fresh)?;
    let made = write(places, &fresh, content)
        .and_then(|()| attributes::write(places, &fresh, None, &wanted))
        .and_then(|()| places.sync_file(&fresh))
        .and_then(|()| put(places, &fresh, &spot));
    if made.is_err() {
        // The error that matters is the one that is told.
        let _ = places.unlink(&fresh);
    }
    made
}

fn is_file(found: &Found) -> bool {
    found.change.kind != ChangeKind::Deleted
        && found.change.file_type == FileType::File
        && found.upper.is_some()
}

fn check(stat: &Stat, seen: &Seen, path: &HostPath) -> Result<()> {
    if stat.identity.kind != FileType::File || stat.size != seen.size || stat.mtime.to_rfc3339() != seen.mtime
    {
        return Err(changed(path));
    }
    if stat.links > 1 {
        let message = format!("{} has {} names; only one of them would change.", path.display(), stat.links);
        let hint = "Edit it inside the session: alcatraz enter SESSION";
        return Err(SeeError::new(ErrorCode::BadRequest, message, hint)
            .because(Reason::SeveralNames)
            .with_path(path));
    }
    Ok(())
}

fn changed(path: &HostPath) -> Box<SeeError> {
    let message = format!("{} is not what it was when you opened it.", path.display());
    SeeError::new(ErrorCode::BadRequest, message, "Open it again, and make your changes to what it is now.")
        .because(Reason::EditedElsewhere)
        .with_path(path)
}

fn write(places: &mut Places, fresh: &Spot, content: &[u8]) -> Result<()> {
    let file = places.open(fresh, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
    let mut rest = content;
    while !rest.is_empty() {
        let count = rustix::io::retry_on_intr(|| rustix::io::write(&file, rest))
            .map_err(|errno| places.error("writing", fresh, errno))?;
        rest = rest.get(count..).unwrap_or_default();
    }
    Ok(())
}

/// Lets the new file take the old one's place. Their directory keeps its time and its permissions.
fn put(places: &mut Places, fresh: &Spot, spot: &Spot) -> Result<()> {
    let holder = spot.parent();
    let before = places.stat(&holder)?;
    loosen::open_up(places, &holder)?;
    let renamed = places.rename(fresh, spot, RenameFlags::empty())?;
    if let Some(before) = before {
        if !geteuid().is_root() {
            attributes::set_mode(places, &holder, None, before.mode)?;
        }
        attributes::set_mtime(places, &holder, None, before.mtime)?;
    }
    renamed.map_err(|errno| places.error("writing", spot, errno))?;
    places.sync_dir(&holder)
}
