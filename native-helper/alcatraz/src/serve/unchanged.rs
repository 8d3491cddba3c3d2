//! Which sessions that have ended changed nothing: nobody need decide on them. Looks only where next to nothing was written, so
//! that the list of sessions never waits for a scan.

use std::collections::HashMap;

use see_core::monitor::Unmonitored;
use see_core::session::{Session, SessionState};
use see_core::store::Store;
use see_core::timestamp::Timestamp;

use crate::actions;

/// Of a session whose layers hold more directories than this, nothing is said.
const FEW: usize = 64;

/// What was found, by the sessions' ids and the end of their last program.
#[derive(Debug, Default)]
pub struct Unchanged(HashMap<String, (Option<Timestamp>, bool)>);

impl Unchanged {
    /// Tells whether a session has ended and left everything as it was. When nobody can tell, it has not.
    pub fn is(&mut self, store: &Store, session: &Session) -> bool {
        if session.state != SessionState::Finished || session.frozen.is_some() {
            self.0.remove(&session.id);
            return false;
        }
        if let Some((_, known)) = self.0.get(&session.id).filter(|(ended, _)| *ended == session.ended) {
            return *known;
        }
        let is = wrote_no_file(session)
            && actions::scan(store, session, &Unmonitored).is_ok_and(|changes| changes.is_nothing());
        self.0.insert(session.id.clone(), (session.ended, is));
        is
    }
}

/// Tells whether the layers of a session hold nothing but a few directories.
fn wrote_no_file(session: &Session) -> bool {
    let mut todo: Vec<_> = session.layers.iter().map(|layer| layer.upper.clone()).collect();
    let mut left = FEW + todo.len();
    while let Some(dir) = todo.pop() {
        let Some(fewer) = left.checked_sub(1) else { return false };
        left = fewer;
        let Ok(entries) = std::fs::read_dir(&dir) else { return false };
        for entry in entries {
            let Ok(entry) = entry else { return false };
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                return false;
            }
            todo.push(entry.path());
        }
    }
    true
}
