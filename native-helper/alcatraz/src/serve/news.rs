//! Tells the app whenever the list of sessions or a state in it changes, whoever changed it.

use std::sync::Arc;
use std::time::Duration;

use see_core::error::Result;
use see_core::session::{Session, SessionState};
use see_core::store::{Store, StoreWatch};
use serde_json::Value;

use crate::wire::session::WireSession;

use super::alerts::Watched;
use super::envelope::too_long;
use super::mend::{Mending, Troubles};
use super::messages::SessionsResult;
use super::unchanged::Unchanged;
use super::writer::{Sent, Writer};

/// How often to look whether a process was killed: that alone leaves no mark in the store.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The news of one app, which nobody has told it yet.
pub struct News {
    store: Arc<Store>,
    watch: StoreWatch,
    watched: Watched,
    unchanged: Unchanged,
    troubles: Troubles,
    /// The list as it was told last.
    told: Value,
    /// Whether a process should be at work on a session.
    alive: bool,
}

impl News {
    /// Watches the store from now on.
    pub fn gather(store: Arc<Store>) -> Result<Self> {
        let watch = store.watch()?;
        let (watched, unchanged, troubles) = (Watched::default(), Unchanged::default(), Troubles::default());
        Ok(Self { store, watch, watched, unchanged, troubles, told: Value::Null, alive: true })
    }

    /// Tells an app that has greeted, and knows nothing yet: the whole list, with its alerts, and from then on whatever it becomes.
    /// The thread ends with the process, or when the app is gone.
    pub fn begin(mut self, writer: Writer, mending: Mending) {
        self.tell(&writer);
        std::thread::spawn(move || {
            loop {
                self.watch.wait(self.alive.then_some(LOOK_AGAIN));
                // What it settles is a change again.
                mending.wake();
                if self.tell(&writer) == Sent::Gone {
                    return;
                }
            }
        });
    }

    /// Looks, and tells the list when it is another one.
    fn tell(&mut self, writer: &Writer) -> Sent {
        let _turn = writer.turn();
        let now = match look(&self.store, &mut self.watched, &mut self.unchanged, &mut self.troubles) {
            Ok((now, alive)) => {
                self.alive = alive;
                now
            }
            Err(error) => {
                self.troubles.tell(&error.to_string());
                return Sent::Yes;
            }
        };
        if now == self.told {
            return Sent::Yes;
        }
        let sent = writer.notify("sessions", now.clone());
        if sent == Sent::TooLong {
            self.troubles.tell(&too_long("The list of sessions").to_string());
        }
        self.told = now;
        sent
    }
}

/// Returns the list as it is sent, and whether a process should be at work on a session.
fn look(
    store: &Store,
    watched: &mut Watched,
    unchanged: &mut Unchanged,
    troubles: &mut Troubles,
) -> Result<(Value, bool)> {
    let sessions = store.sessions()?;
    let alive = sessions.iter().any(|session| {
        matches!(session.state, SessionState::Starting | SessionState::Running | SessionState::Committing)
    });
    let undone = store.undone_sessions()?;
    let mut told = |session: &Session| {
        let alerts = watched.alerts(store, session, |error| troubles.tell(&error.to_string()));
        let unchanged = unchanged.is(store, session);
        WireSession { alerts, undone: undone.contains(&session.id), unchanged, ..session.into() }
    };
    let list = SessionsResult { sessions: sessions.iter().map(&mut told).collect() };
    Ok((serde_json::to_value(list).unwrap_or_default(), alive))
}
