//! Finds single changes for `describe` and `content` without a scan for each: a person looks at many changes of one
//! session in a row, or of two that are compared.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use see_core::changes::found::{ChangeSet, Found};
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::monitor::Monitor;
use see_core::path::HostPath;
use see_core::session::Session;
use see_core::store::Store;

use crate::actions;

/// A scan is good for this long, and for this many times its own duration.
const FRESH: Duration = Duration::from_millis(500);
const FRESH_FACTOR: u32 = 4;

/// So many scans are kept: both sides of a comparison.
const MOST: usize = 2;
/// Beside the last scan others are kept while all of them together take up no more than so many bytes.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The last scans of some sessions.
#[derive(Default)]
pub struct RecentScans {
    kept: Mutex<Kept>,
}

/// The scans, the last one first.
#[derive(Default)]
struct Kept(Vec<Scan>);

struct Scan {
    session: String,
    changes: Arc<ChangeSet>,
    bytes: usize,
    stale: Instant,
}

impl RecentScans {
    /// Returns the session's change at exactly this path; fails with `no-such-change` when there is none.
    pub fn find(
        &self,
        store: &Store,
        session: &Session,
        path: &HostPath,
        monitor: &dyn Monitor,
    ) -> Result<Found> {
        // What was not there a moment ago may be there now.
        let fresh = self.kept().fresh(&session.id, Instant::now());
        let found = match fresh.and_then(|changes| changes.get(path).cloned()) {
            Some(found) => Some(found),
            None => self.scan(store, session, monitor)?.get(path).cloned(),
        };
        found.ok_or_else(|| {
            SeeError::new(
                ErrorCode::NoSuchChange,
                format!("{} is not changed in this session.", path.display()),
                "It may have changed back; look at the list again.",
            )
            .with_path(path)
        })
    }

    fn scan(&self, store: &Store, session: &Session, monitor: &dyn Monitor) -> Result<Arc<ChangeSet>> {
        let start = Instant::now();
        let changes = Arc::new(actions::scan(store, session, monitor)?);
        let stale = Instant::now() + FRESH.max(start.elapsed() * FRESH_FACTOR);
        let bytes = changes.found.iter().map(|found| size_of::<Found>() + found.change.path.as_bytes().len());
        let (session, bytes) = (session.id.clone(), bytes.sum());
        self.kept().put(Scan { session, changes: Arc::clone(&changes), bytes, stale });
        Ok(changes)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Returns a scan that is still good; those that are not are let go.
    fn fresh(&mut self, session: &str, now: Instant) -> Option<Arc<ChangeSet>> {
        self.0.retain(|scan| now < scan.stale);
        let scan = self.0.iter().find(|scan| scan.session == session)?;
        Some(Arc::clone(&scan.changes))
    }

    /// Keeps a scan, in the place of an older one of its session and of what there is no room for beside it.
    fn put(&mut self, scan: Scan) {
        self.0.retain(|other| other.session != scan.session);
        self.0.insert(0, scan);
        self.0.truncate(MOST);
        while self.0.len() > 1 && self.0.iter().map(|scan| scan.bytes).sum::<usize>() > MOST_BYTES {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_comparison_are_kept_while_there_is_room() {
        let (mut kept, now) = (Kept::default(), Instant::now());
        let mut scan = |session: &str, bytes: usize| {
            kept.put(Scan {
                session: session.to_owned(),
                changes: Arc::default(),
                bytes,
                stale: now + FRESH,
            });
            ["a", "b", "c"].map(|session| kept.fresh(session, now).is_some())
        };
        assert_eq!(scan("a", 1), [true, false, false]);
        assert_eq!(scan("b", 1), [true, true, false]);
        assert_eq!(scan("a", 2), [true, true, false], "anew, and once");
        assert_eq!(scan("c", 3), [true, false, true], "the one that was looked at last before stays");
        assert_eq!(scan("b", MOST_BYTES), [false, true, false], "the last is kept however large it is");
        assert!(kept.fresh("b", now + FRESH).is_none());
    }
}
