//! Forgets all that a session did: its layers go, the host never hears of it.

use crate::commit::finish::remove_layers;
use crate::error::{ErrorCode, Result, SeeError};
use crate::session::SessionState;
use crate::store::Store;

/// Aborts a session. Once this returns, or dies, nothing of the session can be committed any more; layers that are
/// left after a crash go at the next start.
///
/// Fails with `session-busy` when programs run in it (stop it first), with `wrong-state` when it was committed or
/// aborted already.
pub fn abort(store: &Store, session: &str) -> Result<()> {
    let _lock = store.lock_session(session)?;
    let mut session = store.session(session)?;
    if matches!(session.state, SessionState::Committed | SessionState::Aborted | SessionState::Committing) {
        let state = match session.state {
            SessionState::Committed => "was committed already",
            SessionState::Aborted => "was aborted already",
            _ => "is being committed",
        };
        return Err(SeeError::new(
            ErrorCode::WrongState,
            format!("The session {} {state}.", session.id),
            "See its state with: alcatraz list",
        )
        .with_fact("session", session.id.clone()));
    }
    store.settle(&[], Some((&session.id, SessionState::Aborted)))?;
    session.state = SessionState::Aborted;
    remove_layers(store, session)
}
