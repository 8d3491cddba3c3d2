//! How much is kept of all that is found: a session of any size takes up so much memory and no more.

use std::path::Path;

use super::entry::Entry;
use crate::path::HostPath;

/// How many bytes are kept of all that is found: a program inside can make names without end, and each at the end of a path as
/// long as [`DEEPEST`](super::model::DEEPEST). What comes after is not taken in; its directory is told as one whose entries are not.
const MOST_KEPT: usize = 1280 * 1024 * 1024;

/// How many of them a name takes beside its paths: its row, and its places in the tables of the model and of a feed.
const NAME_BYTES: usize = 400;

/// And a name that is a directory, or has to do with others (a hard link, what may have been moved, what a loss displaced).
const DIR_BYTES: usize = 600;
const SPECIAL_BYTES: usize = 900;
const DISPLACED_BYTES: usize = 400;

/// How much of [`MOST_KEPT`] is taken.
#[derive(Default)]
pub struct Room {
    kept: usize,
}

impl Room {
    /// Returns how many bytes are left.
    pub fn left(&self) -> usize {
        MOST_KEPT.saturating_sub(self.kept)
    }

    /// Takes so many bytes.
    pub fn take(&mut self, bytes: usize) {
        self.kept += bytes;
    }

    /// Gives so many bytes back.
    pub fn give_back(&mut self, bytes: usize) {
        self.kept = self.kept.saturating_sub(bytes);
    }
}

/// Returns how many bytes a name of a directory keeps: its own, and where it is in the SEE, and where in the layer.
pub fn name_bytes(view: &HostPath, relative: &Path, name: &[u8]) -> usize {
    NAME_BYTES + view.as_bytes().len() + relative.as_os_str().len() + 2 * (1 + name.len())
}

/// Returns the same with all that it contributed.
pub fn entry_bytes(view: &HostPath, relative: &Path, name: &[u8], entry: &Entry) -> usize {
    let dir = entry.sub.map_or(0, |_| DIR_BYTES);
    let special = entry.special.as_ref().map_or(0, |_| SPECIAL_BYTES);
    name_bytes(view, relative, name) + dir + special
}

/// Returns how many bytes a name of a lost directory of the host keeps: its own, and where it was, and where in the SEE.
pub fn lost_bytes(host: &HostPath, view: &HostPath, name: &[u8]) -> usize {
    NAME_BYTES + DISPLACED_BYTES + host.as_bytes().len() + view.as_bytes().len() + 2 * (1 + name.len())
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::super::found::Found;
    use super::super::verdict::Row;
    use super::super::watch::Known;
    use super::*;

    #[test]
    fn a_name_is_counted_with_all_that_is_kept_of_it_however_short_it_is() {
        // Of a table with room for twice as many, each place takes one byte more.
        let place = |bytes: usize| 2 * (bytes + 1);
        let path = size_of::<HostPath>();
        let counts = 2 * size_of::<usize>();
        let kept = counts + size_of::<Found>() + counts + place(size_of::<Row>()) + place(path);
        let fed = place(path + size_of::<Known>());
        assert!(kept + fed <= NAME_BYTES, "{kept} and {fed}");
        let shortest = name_bytes(&HostPath::root(), Path::new(""), b"x");
        assert!(MOST_KEPT / shortest < 3_500_000);
    }
}
