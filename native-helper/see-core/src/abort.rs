//! Forgets all that a session did: its layers go, the host never hears of it.

use crate::commit::finish::remove_layers;
use crate::commit::wrong_state;
use crate::error::Result;
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
        return Err(wrong_state(store, &session));
    }
    store.settle(&[], Some((&session.id, SessionState::Aborted)))?;
    session.state = SessionState::Aborted;
    // Why its program ended as it did is nothing to anybody any more; what could not be removed is.
    session.why = None;
    remove_layers(store, session)
}

/// Removes what is left of a session that was aborted at its end. The caller holds its lock.
pub(crate) fn clear_away(store: &Store, session: &str) -> Result<()> {
    // A crash of the machine must not bring back a session that lost a part of what it did.
    store.settle(&[], Some((session, SessionState::Aborted)))?;
    remove_layers(store, store.session(session)?)
}

#[cfg(test)]
mod tests {
    use crate::commit::tests::bench::{Bench, SESSION};
    use crate::layer::MarkSpace;
    use crate::session::SessionState;

    #[test]
    fn layers_of_an_aborted_session_go_with_its_supervisor_or_when_that_was_killed() {
        let bench = Bench::fast_session(MarkSpace::User, "echo host > file", "echo new > file");
        let layers = || bench.store.session(SESSION).unwrap().layers.len();
        let lock = bench.store.lock_session(SESSION).unwrap();
        bench.store.abort_session(SESSION, Some(0)).unwrap();
        bench.recover();
        assert_eq!(layers(), 1, "whoever holds the lock removes them");
        assert!(bench.upper.join("file").exists());
        drop(lock);
        // What another test has just started may still hold what was open then, until it becomes another program.
        bench.store.wait_for_rest(SESSION).unwrap();
        bench.recover();
        assert_eq!((layers(), bench.state()), (0, SessionState::Aborted));
        assert!(!bench.upper.exists());
    }
}
