//! Is what a layer holds the copy of what the host has there now? overlayfs goes on in what it once found by a name, also when
//! the host has put another object there: the mark of the copy tells which one it was. Knows nothing of what was recorded.

use std::collections::HashMap;
use std::os::fd::AsFd as _;

use crate::change::{ChangeKind, FileType};
use crate::changes::found::{ChangeSet, Found, UpperState};
use crate::commit::left::{LeftByUs, Origin as Whose};
use crate::commit::namespace::Namespace;
use crate::commit::places::Spot;
use crate::commit::view::View;
use crate::error::Result;
use crate::overlay_marks::{self, Origin};
use crate::path::HostPath;
use crate::timestamp::Timestamp;

/// What a layer's object was copied from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copy {
    /// What the host has there now.
    Same,
    /// Something else.
    Another,
    /// It is no copy, or that cannot be told.
    Unmarked,
}

/// Compares a session's copies with the host.
pub struct Origins<'a> {
    left: &'a LeftByUs,
    namespace: Namespace<'a>,
    directories: HashMap<HostPath, Copy>,
}

impl<'a> Origins<'a> {
    /// Returns what compares the copies of these changes; what is the session's own on the host counts as the same.
    pub fn new(changes: &'a ChangeSet, left: &'a LeftByUs) -> Self {
        Self { left, namespace: Namespace::new(changes), directories: HashMap::new() }
    }

    /// Tells whether a change was made to another object than the host has at its place now, or in another directory.
    pub fn is_of_another(&mut self, view: &mut View<'_>, found: &Found) -> Result<bool> {
        let own = match (found.change.kind, found.state, &found.lower) {
            (_, UpperState::MergedDirectory, Some(lower)) if found.change.aspects.is_empty() => {
                // Nothing but its name counts when only what is in it was changed.
                let is_moved = found.change.kind == ChangeKind::Renamed;
                if is_moved { self.copy(view, found, lower)? } else { return Ok(false) }
            }
            (ChangeKind::Modified | ChangeKind::Renamed, _, Some(lower)) => self.copy(view, found, lower)?,
            (ChangeKind::Created | ChangeKind::Linked, ..) => return Ok(false),
            _ => Copy::Unmarked,
        };
        match own {
            Copy::Same => Ok(false),
            Copy::Another => Ok(true),
            Copy::Unmarked if found.change.kind == ChangeKind::Renamed => Ok(false),
            Copy::Unmarked => self.lies_in_another(view, found),
        }
    }

    fn copy(&self, view: &mut View<'_>, found: &Found, lower: &HostPath) -> Result<Copy> {
        if found.upper.is_none() {
            return Ok(Copy::Unmarked);
        }
        let source = view.source(found)?;
        compare(view, self.left, (found.layer, &source), lower)
    }

    /// Tells whether a directory above a change, in which the session has changed something, is a copy of another one.
    fn lies_in_another(&mut self, view: &mut View<'_>, found: &Found) -> Result<bool> {
        let layer = view.layer(found.layer)?;
        let top = layer.mount_point.clone();
        let is_recent = removed_at(view, found)?.is_some_and(|at| at >= layer.mounted);
        let above = std::iter::successors(found.change.path.parent(), HostPath::parent);
        for dir in above.take_while(|dir| *dir != top && dir.is_within(&top)) {
            let copy = match self.directories.get(&dir) {
                Some(known) => *known,
                None => {
                    let copy = match self.namespace.before_dir(&dir) {
                        Some(before) if before.is_within(&top) => {
                            let spot = view.upper_spot(found.layer, &dir)?;
                            compare(view, self.left, (found.layer, &spot), &before)?
                        }
                        _ => Copy::Unmarked,
                    };
                    self.directories.insert(dir.clone(), copy);
                    copy
                }
            };
            // Whoever was mounted when the host's directory was there already was in that one.
            if copy == Copy::Another && !(is_recent && self.was_there(view, found, &dir)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells whether the host's directory at this path of the session stands as it did when the session was mounted last.
    fn was_there(&mut self, view: &mut View<'_>, found: &Found, dir: &HostPath) -> Result<bool> {
        let mounted = view.layer(found.layer)?.mounted;
        let Some(before) = self.namespace.before_dir(dir) else { return Ok(false) };
        Ok(view.host(found.layer, &before)?.is_some_and(|stat| stat.last_changed() < mounted))
    }
}

/// Returns when the session took something away, as far as that is known: of a mark that overlayfs has left, which shares its inode
/// with others of the same mounting, the time of birth alone tells.
fn removed_at(view: &mut View<'_>, found: &Found) -> Result<Option<Timestamp>> {
    if found.change.kind != ChangeKind::Deleted {
        return Ok(None);
    }
    let spot = view.upper_spot(found.layer, &found.change.path)?;
    let mark = view.places.stat(&spot)?.filter(|stat| stat.identity.kind == FileType::Device);
    Ok(mark.map(|mark| mark.identity.born))
}

fn compare(
    view: &mut View<'_>,
    left: &LeftByUs,
    (layer, copy): (u32, &Spot),
    host: &HostPath,
) -> Result<Copy> {
    let Some(stat) = view.host(layer, host)? else { return Ok(Copy::Unmarked) };
    let Some(there) = view.places.stat(copy)? else { return Ok(Copy::Unmarked) };
    let is_markable = matches!(there.identity.kind, FileType::File | FileType::Directory);
    if there.identity.kind != stat.identity.kind || !is_markable {
        return Ok(Copy::Unmarked);
    }
    let known = view.layer(layer)?;
    if stat.is_dir() && known.is_masked(host) {
        return Ok(Copy::Unmarked);
    }
    let space = known.marks;
    let dir = view.places.holder(copy)?;
    let marks = overlay_marks::marks_at(dir.as_fd(), copy.split().1, space)
        .map_err(|errno| view.places.error("reading the marks of", copy, errno))?;
    let Some(Origin::Handle(origin)) = marks.origin else { return Ok(Copy::Unmarked) };
    let spot = view.host_spot(layer, host)?;
    let dir = view.places.holder(&spot)?;
    let now = overlay_marks::handle_at(dir.as_fd(), spot.split().1)
        .map_err(|errno| view.places.error("looking at", &spot, errno))?;
    let Some(now) = now else { return Ok(Copy::Unmarked) };
    let is_same = now == origin;
    Ok(match is_same || left.origin_at(host, &stat) == Whose::Ours {
        true => Copy::Same,
        false => Copy::Another,
    })
}
