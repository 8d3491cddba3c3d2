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
        let (top, mounted) = (layer.mount_point.clone(), layer.mounted);
        let removed = removed_at(view, found)?;
        let is_recent = removed.is_some_and(|at| is_since(at, mounted, Timestamp::now()));
        let above = std::iter::successors(found.change.path.parent(), HostPath::parent);
        for dir in above.take_while(|dir| *dir != top && dir.is_within(&top)) {
            let is_another = self.directory(view, found.layer, &dir)? == Copy::Another;
            // Whoever was mounted when the host's directory was there already was in that one.
            if is_another && !(is_recent && self.was_there(view, found.layer, &dir)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Compares a directory of the session with the host's.
    fn directory(&mut self, view: &mut View<'_>, layer: u32, dir: &HostPath) -> Result<Copy> {
        if let Some(known) = self.directories.get(dir) {
            return Ok(*known);
        }
        let top = view.layer(layer)?.mount_point.clone();
        let copy = match self.namespace.before_dir(dir) {
            Some(before) if before.is_within(&top) => {
                let spot = view.upper_spot(layer, dir)?;
                compare(view, self.left, (layer, &spot), &before)?
            }
            _ => Copy::Unmarked,
        };
        self.directories.insert(dir.clone(), copy);
        Ok(copy)
    }

    /// Tells whether the host's directory at this path of the session was there when the session was mounted last: it and those
    /// above it stand as they did then, or are what the session's are copies of. A mask's is a copy of none.
    fn was_there(&mut self, view: &mut View<'_>, layer: u32, dir: &HostPath) -> Result<bool> {
        let known = view.layer(layer)?;
        let (top, mounted) = (known.mount_point.clone(), known.mounted);
        let is_mount = known.covered.is_some_and(|covered| covered.is_mount());
        let Some(before) = self.namespace.before_dir(dir) else { return Ok(false) };
        let way = std::iter::successors(Some(before), HostPath::parent);
        // What is mounted at the top stays what it is.
        for host in way.take_while(|host| host.is_within(&top) && !(is_mount && *host == top)) {
            let is_named_so = self.namespace.before_dir(&host).as_ref() == Some(&host);
            if host != top && is_named_so && self.directory(view, layer, &host)? == Copy::Same {
                continue;
            }
            if view.host(layer, &host)?.is_none_or(|stat| stat.last_changed() >= mounted) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Tells whether something was taken away since the session was mounted: not when that is still to come, for the clock was set back
/// since, and what was done in an earlier mounting looks like one of this.
fn is_since(removed: Timestamp, mounted: Timestamp, now: Timestamp) -> bool {
    (mounted..=now).contains(&removed)
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
    if stat.is_dir() && view.layer(layer)?.may_be_of_a_mask(&origin, &now) {
        return Ok(Copy::Unmarked);
    }
    let is_same = now == origin;
    Ok(match is_same || left.origin_at(host, &stat) == Whose::Ours {
        true => Copy::Same,
        false => Copy::Another,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_away_by_a_clock_that_was_set_back_since_counts_for_no_mounting() {
        let at = Timestamp;
        assert!(is_since(at(52), at(52), at(60)) && is_since(at(60), at(52), at(60)));
        assert!(!is_since(at(51), at(52), at(60)));
        assert!(!is_since(at(100), at(52), at(60)));
    }
}
