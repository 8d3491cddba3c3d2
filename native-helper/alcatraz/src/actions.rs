//! What both the command line and the app ask of sessions and commits, each in one call.

use see_core::changes;
use see_core::changes::found::ChangeSet;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::monitor::Monitor;
use see_core::session::{Session, SessionState};

use crate::present::text::state_word;

/// Returns what a session changed.
pub fn scan(session: &Session, monitor: &dyn Monitor) -> Result<ChangeSet> {
    if matches!(session.state, SessionState::Committed | SessionState::Aborted) {
        return Err(wrong_state(session, "Its changes are gone; see the sessions with: alcatraz list"));
    }
    changes::scan(session, monitor)
}

fn wrong_state(session: &Session, hint: &str) -> Box<SeeError> {
    let word = state_word(session.state);
    SeeError::new(ErrorCode::WrongState, format!("The session {} is {word}.", session.id), hint)
        .with_fact("session", session.id.as_str())
        .with_fact("state", word)
}
