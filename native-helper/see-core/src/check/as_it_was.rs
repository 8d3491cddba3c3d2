//! A file that the host has touched and yet left as the session met it: another time, a name more or less, a mode set and
//! set back. Nothing that the session saw would be different today, so its change stands. Reads; changes nothing.

use std::io::Read as _;
use std::os::fd::AsFd as _;

use crate::beneath::open_file_at;
use crate::change::{Aspect, ChangeKind, FileType};
use crate::changes::found::{Found, UpperState};
use crate::commit::attributes::Attributes;
use crate::commit::stat::Stat;
use crate::commit::view::View;
use crate::criterion::{Basis, is_tie};
use crate::error::{ConflictReason, ErrorCode, Result};
use crate::merge::bases::{Base, KEPT, base};
use crate::read_set::access::Access;
use crate::read_set::entry::{Moment, Object, Seen};
use crate::reads::Read;

use super::Grounds;

/// Tells whether a conflict at a file that the session wrote is one in times alone: by the base that was kept when the
/// session first changed the file, the host's holds the same today, with the same mode, owner and attributes.
///
/// Only for a file whose content the session changed: its time is the session's then, and not what the host has set. Where the
/// session has asked for times, or has put the former time back, times are what it saw.
pub fn is_as_it_was(
    view: &mut View<'_>,
    found: &Found,
    (read, reason): (&Read, ConflictReason),
    grounds: &Grounds,
) -> Result<bool> {
    use ConflictReason::{ReadThenChanged, WriteThenChanged};
    let change = &found.change;
    let is_candidate = matches!(reason, ReadThenChanged | WriteThenChanged)
        && (change.kind, change.file_type) == (ChangeKind::Modified, FileType::File)
        && change.aspects.contains(&Aspect::Content)
        && found.state == UpperState::Whole
        && found.lower.as_ref() == Some(&change.path)
        && read.path == change.path
        && grounds.is_complete();
    let Basis::Seen(entry) = grounds.basis(&change.path) else { return Ok(false) };
    let (Seen::Object(old), Some(at)) = (entry.seen, entry.content) else { return Ok(false) };
    if !is_candidate || entry.access.has(Access::STAT) || is_tie(&old, at) {
        return Ok(false);
    }
    let Some(base) = base(&grounds.session_dir, &change.path) else { return Ok(false) };
    let is_of_then = (base.size, Moment::from(base.mtime)) == (old.size, old.mtime);
    let now = Moment::now();
    let Some(host) = view.host(found.layer, &change.path)? else { return Ok(false) };
    let today = Object::from(&host);
    if !is_of_then || !today.is_same_inode(&old) || today.size != old.size || is_tie(&today, now) {
        return Ok(false);
    }
    let source = view.source(found)?;
    let has_former_time = view.places.stat(&source)?.is_some_and(|own| Moment::from(own.mtime) == old.mtime);
    Ok(!has_former_time && equals(view, found, host, &base)?)
}

/// Tells whether the host's file, which stood like this, is what it was at first.
fn equals(view: &mut View<'_>, found: &Found, host: Stat, base: &Base) -> Result<bool> {
    let (Some(content), Some(attributes)) = (&base.content, &base.attributes) else { return Ok(false) };
    let spot = view.host_spot(found.layer, &found.change.path)?;
    let dir = view.places.holder(&spot)?;
    let read = || {
        let (file, facts) = open_file_at(dir.as_fd(), spot.split().1)?;
        let today = Attributes::of_host(dir.as_fd(), spot.split().1, &facts)?;
        let mut bytes = Vec::new();
        file.take(KEPT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO))?;
        Ok(Attributes { mtime: attributes.mtime, ..today } == *attributes && bytes == *content)
    };
    let is_equal = match read().map_err(|errno| view.places.error("reading", &spot, errno)) {
        // What cannot be read cannot be compared; the conflict stays.
        Err(error) if error.code == ErrorCode::PermissionDenied => false,
        equal => equal?,
    };
    // What was read is the file as it was looked at; or else the look is too old to go by.
    Ok(is_equal && view.places.stat(&spot)?.is_some_and(|now| now.is_unchanged_since(&host)))
}
