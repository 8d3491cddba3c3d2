//! Finds single changes for `describe` and `content` without a scan for each: a person looks at many changes of one
//! session in a row.

use std::sync::{Arc, Mutex, PoisonError};
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

/// The last scan.
#[derive(Default)]
pub struct RecentScans {
    last: Mutex<Option<Scan>>,
}

struct Scan {
    session: String,
    changes: Arc<ChangeSet>,
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
        let found = match self.fresh(&session.id).and_then(|changes| changes.get(path).cloned()) {
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

    fn fresh(&self, session: &str) -> Option<Arc<ChangeSet>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let scan = last.as_ref().filter(|scan| scan.session == session && Instant::now() < scan.stale)?;
        Some(Arc::clone(&scan.changes))
    }

    fn scan(&self, store: &Store, session: &Session, monitor: &dyn Monitor) -> Result<Arc<ChangeSet>> {
        let start = Instant::now();
        let changes = Arc::new(actions::scan(store, session, monitor)?);
        let stale = Instant::now() + FRESH.max(start.elapsed() * FRESH_FACTOR);
        let scan = Scan { session: session.id.clone(), changes: Arc::clone(&changes), stale };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(scan);
        Ok(changes)
    }
}
