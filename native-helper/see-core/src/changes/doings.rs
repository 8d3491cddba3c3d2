//! What a session's record says about attributes of directories: whether the session changed them. A layer alone cannot
//! tell: it holds a directory as it was when the first entry below it changed, so a host that changes the directory
//! later looks the same as a session that did.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::path::HostPath;
use crate::read_set::access::Access;
use crate::read_set::log;

/// The record, read when something is asked first.
pub struct Doings {
    log: PathBuf,
    known: Mutex<Known>,
}

/// What a log of this length says.
#[derive(Default)]
struct Known {
    length: Option<u64>,
    /// The directories whose attributes the session may have changed; `None` when the record is not whole.
    changed: Option<HashSet<HostPath>>,
}

impl Doings {
    /// Returns what this log tells.
    pub fn new(log: PathBuf) -> Self {
        Self { log, known: Mutex::default() }
    }

    /// Tells whether the session is known to have left the attributes of a directory of the host alone.
    pub fn left_alone(&self, dir: &HostPath) -> bool {
        let length = std::fs::metadata(&self.log).ok().map(|facts| facts.len());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if length.is_none() || known.length != length {
            *known = Known { length, changed: self.read() };
        }
        known.changed.as_ref().is_some_and(|changed| !changed.contains(dir))
    }

    fn read(&self) -> Option<HashSet<HostPath>> {
        if !log::may_be_whole(&self.log) {
            return None;
        }
        // What cannot be read tells nothing, and the difference counts as the session's.
        let reads = log::load(&self.log).ok()??;
        let changed = reads.entries().iter().filter(|entry| entry.access.has(Access::WRITE));
        let changed = changed.map(|entry| HostPath::clone(&entry.path)).collect();
        reads.missing().is_none().then_some(changed)
    }
}
