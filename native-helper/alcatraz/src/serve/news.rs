//! Tells the app whenever the list of sessions or a state in it changes, whoever changed it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use see_core::commit::{self, Recovered};
use see_core::error::{Result, SeeError};
use see_core::monitor::Unmonitored;
use see_core::session::SessionState;
use see_core::store::Store;
use serde_json::Value;

use crate::wire::session::WireSession;

use super::alerts::Watched;
use super::messages::SessionsResult;
use super::writer::Writer;

/// How often to look whether a process was killed: that alone leaves no mark in the store.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What was told of troubles: once is enough, for everything is tried again and again.
#[derive(Default)]
struct Troubles(HashSet<String>);

impl Troubles {
    fn tell(&mut self, error: &SeeError) {
        if self.0.insert(error.message.clone()) {
            eprintln!("alcatraz: {error}");
        }
    }
}

/// Starts the watching thread. It ends with the process, or when the app is gone.
pub fn start(store: Arc<Store>, writer: Writer) -> Result<()> {
    let watch = store.watch()?;
    let (mut watched, mut troubles) = (Watched::default(), Troubles::default());
    // The app knows nothing yet: what it is told first is the whole list, with its alerts.
    let (mut last, mut alive) = look(&store, &mut watched, &mut troubles)?;
    writer.notify("sessions", last.clone());
    std::thread::spawn(move || {
        loop {
            watch.wait(alive.then_some(LOOK_AGAIN));
            if let Err(error) = mend(&store, &mut troubles) {
                troubles.tell(&error);
                std::thread::sleep(LOOK_AGAIN);
            }
            let _turn = writer.turn();
            let (now, still_alive) = match look(&store, &mut watched, &mut troubles) {
                Ok(seen) => seen,
                Err(error) => {
                    troubles.tell(&error);
                    continue;
                }
            };
            alive = still_alive;
            if now != last {
                if !writer.notify("sessions", now.clone()) {
                    return;
                }
                last = now;
            }
        }
    });
    Ok(())
}

/// Settles what processes that were killed left behind.
fn mend(store: &Store, troubles: &mut Troubles) -> Result<()> {
    store.repair_dead_sessions()?;
    let recovered = commit::recover(store, &Unmonitored)?;
    recovered.iter().filter_map(Recovered::waits).for_each(|error| troubles.tell(&error));
    Ok(())
}

/// Returns the list as it is sent, and whether a process should be at work on a session.
fn look(store: &Store, watched: &mut Watched, troubles: &mut Troubles) -> Result<(Value, bool)> {
    let sessions = store.sessions()?;
    let alive = sessions.iter().any(|session| {
        matches!(session.state, SessionState::Starting | SessionState::Running | SessionState::Committing)
    });
    let told = |session| {
        let alerts = watched.alerts(store, session, |error| troubles.tell(error));
        WireSession { alerts, ..session.into() }
    };
    let list = SessionsResult { sessions: sessions.iter().map(told).collect() };
    Ok((serde_json::to_value(list).unwrap_or_default(), alive))
}
