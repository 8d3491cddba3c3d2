//! Directories that one thread keeps open, by their paths: walking there anew costs more than the look that it is for. Knows when one
//! may no longer be what its path leads to.

use std::collections::HashMap;
use std::os::fd::AsFd as _;
use std::sync::Arc;

use rustix::io::Errno;

use crate::beneath::facts_at;
use crate::path::HostPath;

use super::clock::milliseconds;
use super::dir::Dir;
use super::unfinished::Unfinished;
use super::view::Table;

/// A directory that was looked at is looked at anew after so many milliseconds: the host may have changed it.
const FRESH: u64 = 1000;

/// What one thread keeps.
#[derive(Debug)]
pub struct Dirs {
    /// Each with the table by which it was found.
    held: HashMap<HostPath, (u32, Arc<Dir>)>,
    /// How many of them are kept open, two descriptors each.
    most: usize,
}

impl Dirs {
    /// Returns a place for so many.
    pub fn new(most: usize) -> Self {
        Self { held: HashMap::new(), most }
    }

    /// Returns the directory that this path leads to by this table, when it is known and still is that one.
    pub fn find(&self, table: &Table, path: &HostPath, unfinished: &Unfinished) -> Option<Arc<Dir>> {
        let (_, dir) = self.held.get(path).filter(|(id, _)| *id == table.id)?;
        let is_fresh =
            milliseconds() < dir.found + FRESH && dir.stamp.is_some_and(|stamp| unfinished.are_still(stamp));
        let ends_still = || match &dir.ends {
            None => true,
            Some((above, name)) => above
                .upper
                .as_ref()
                .is_some_and(|upper| matches!(facts_at(upper.as_fd(), name), Err(Errno::NOENT))),
        };
        (is_fresh && ends_still()).then(|| Arc::clone(dir))
    }

    /// Keeps one; all others go when there are too many.
    pub fn keep(&mut self, table: &Table, path: &HostPath, dir: Arc<Dir>) -> Arc<Dir> {
        if self.held.len() >= self.most {
            self.held.clear();
        }
        self.held.insert(path.clone(), (table.id, Arc::clone(&dir)));
        dir
    }
}
