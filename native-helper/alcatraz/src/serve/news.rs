//! Tells the app whenever the list of sessions or a state in it changes, whoever changed it.

use std::sync::Arc;
use std::time::Duration;

use see_core::error::Result;
use see_core::session::{Session, SessionState};
use see_core::store::Store;
use serde_json::Value;

use crate::wire::session::WireSession;

use super::alerts::Watched;
use super::envelope::too_long;
use super::mend::{Mending, Troubles};
use super::messages::SessionsResult;
use super::writer::{Sent, Writer};

/// How often to look whether a process was killed: that alone leaves no mark in the store.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Starts the watching thread. It ends with the process, or when the app is gone.
pub fn start(store: Arc<Store>, writer: Writer, mending: Mending) -> Result<()> {
    let watch = store.watch()?;
    let (mut watched, mut troubles) = (Watched::default(), Troubles::default());
    // The app knows nothing yet: what it is told first is the whole list, with its alerts.
    let (mut last, mut alive) = look(&store, &mut watched, &mut troubles)?;
    writer.notify("sessions", last.clone());
    std::thread::spawn(move || {
        loop {
            watch.wait(alive.then_some(LOOK_AGAIN));
            // What it settles is a change again.
            mending.wake();
            let _turn = writer.turn();
            let (now, still_alive) = match look(&store, &mut watched, &mut troubles) {
                Ok(seen) => seen,
                Err(error) => {
                    troubles.tell(&error.to_string());
                    continue;
                }
            };
            alive = still_alive;
            if now != last {
                match writer.notify("sessions", now.clone()) {
                    Sent::Yes => {}
                    Sent::Gone => return,
                    Sent::TooLong => troubles.tell(&too_long("The list of sessions").to_string()),
                }
                last = now;
            }
        }
    });
    Ok(())
}

/// Returns the list as it is sent, and whether a process should be at work on a session.
fn look(store: &Store, watched: &mut Watched, troubles: &mut Troubles) -> Result<(Value, bool)> {
    let sessions = store.sessions()?;
    let alive = sessions.iter().any(|session| {
        matches!(session.state, SessionState::Starting | SessionState::Running | SessionState::Committing)
    });
    let undone = store.undone_sessions()?;
    let told = |session: &Session| {
        let alerts = watched.alerts(store, session, |error| troubles.tell(&error.to_string()));
        WireSession { alerts, undone: undone.contains(&session.id), ..session.into() }
    };
    let list = SessionsResult { sessions: sessions.iter().map(told).collect() };
    Ok((serde_json::to_value(list).unwrap_or_default(), alive))
}
