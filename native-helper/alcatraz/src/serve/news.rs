//! Tells the app whenever the list of sessions or a state in it changes, whoever changed it.

use std::sync::Arc;
use std::time::Duration;

use see_core::error::Result;
use see_core::session::SessionState;
use see_core::store::Store;
use serde_json::Value;

use crate::wire::session::WireSession;

use super::messages::SessionsResult;
use super::writer::Writer;

/// How often to look whether a supervisor was killed: that alone leaves no mark in the store.
const LOOK_AFTER_SUPERVISORS: Duration = Duration::from_millis(200);

/// Starts the watching thread. It ends with the process, or when the app is gone.
pub fn start(store: Arc<Store>, writer: Writer) -> Result<()> {
    let watch = store.watch()?;
    let (mut last, mut alive) = look(&store)?;
    std::thread::spawn(move || {
        loop {
            watch.wait(alive.then_some(LOOK_AFTER_SUPERVISORS));
            let (now, still_alive) = match store.repair_dead_sessions().and_then(|_| look(&store)) {
                Ok(seen) => seen,
                Err(e) => {
                    eprintln!("alcatraz: {e}");
                    std::thread::sleep(LOOK_AFTER_SUPERVISORS);
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

/// Returns the list as it is sent, and whether a supervisor should be alive.
fn look(store: &Store) -> Result<(Value, bool)> {
    let sessions = store.sessions()?;
    let alive = sessions
        .iter()
        .any(|session| matches!(session.state, SessionState::Starting | SessionState::Running));
    let list = SessionsResult { sessions: sessions.iter().map(WireSession::from).collect() };
    Ok((serde_json::to_value(list).unwrap_or_default(), alive))
}
