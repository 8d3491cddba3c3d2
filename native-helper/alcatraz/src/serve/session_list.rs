//! The list of sessions as the app is told it, by the news and by every answer alike: with what only this process knows of them,
//! their alerts and which of them changed nothing. Knows nothing of who asks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use see_core::error::Result;
use see_core::session::{Session, SessionState};
use see_core::store::Store;

use crate::wire::session::WireSession;

use super::alerts::Watched;
use super::mend::Troubles;
use super::unchanged::{Told, Unchanged};

/// The sessions of a store, with what was found out about them.
pub struct SessionList {
    store: Arc<Store>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    watched: Watched,
    unchanged: Unchanged,
    troubles: Troubles,
}

impl SessionList {
    /// Knows nothing yet.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, known: Mutex::default() }
    }

    /// Returns all sessions, and whether a process should be at work on one, or was a moment ago.
    pub fn all(&self) -> Result<(Vec<WireSession>, bool)> {
        let sessions = self.store.sessions()?;
        let alive = sessions.iter().any(|session| {
            matches!(session.state, SessionState::Starting | SessionState::Running | SessionState::Committing)
        });
        let undone = self.store.undone_sessions()?;
        let mut known = self.known();
        known.unchanged.keep(&sessions);
        let since = Instant::now();
        let told = |session: &Session| known.told(&self.store, session, undone.contains(&session.id), since);
        let (list, passing): (Vec<_>, Vec<_>) = sessions.iter().map(told).unzip();
        Ok((list, alive || passing.contains(&true)))
    }

    /// Returns one session as the list has it. What was done with it does not fail because its commits cannot be read.
    pub fn one(&self, session: &Session) -> WireSession {
        let undone = self.store.undone_sessions().is_ok_and(|undone| undone.contains(&session.id));
        self.known().told(&self.store, session, undone, Instant::now()).0
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Returns a session as it is told, and whether something of that passes by itself.
    fn told(
        &mut self,
        store: &Store,
        session: &Session,
        undone: bool,
        since: Instant,
    ) -> (WireSession, bool) {
        let troubles = &mut self.troubles;
        let alerts = self.watched.alerts(store, session, |error| troubles.tell(&error.to_string()));
        let Told { is_unchanged, is_passing } = self.unchanged.look(store, session, since);
        (WireSession { alerts, undone, unchanged: is_unchanged, ..session.into() }, is_passing)
    }
}
