//! Which sessions that have ended changed nothing: nobody need decide on them. Looks only where next to nothing was written, and
//! for a short time, so that the list of sessions never waits for a scan.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

use see_core::monitor::{Monitor, Phase};
use see_core::session::{Session, SessionState};
use see_core::store::Store;

use crate::actions;

/// Of a session whose layers hold more directories than this, nothing is said.
const FEW: usize = 64;

/// Nor of one where a look takes longer than this.
const PATIENCE: Duration = Duration::from_millis(100);

/// A lock that was taken less than this long ago may be taken again without its time telling.
const TOO_FRESH: Duration = Duration::from_millis(100);

/// So often a look that took too long, or failed, is tried again: what it read is in memory then.
const TRIES: u8 = 5;

/// What was found, by the sessions' ids.
#[derive(Debug, Default)]
pub struct Unchanged(HashMap<String, Known>);

#[derive(Debug)]
struct Known {
    /// When somebody used the session last. Whoever changes anything of it, or in it, takes its lock before.
    used: SystemTime,
    is: bool,
    /// How many looks told nothing.
    vain: u8,
}

/// What is known of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// It has ended and left everything as it was. When nobody can tell, it has not.
    pub is_unchanged: bool,
    /// It was in use, or a moment ago: that has to be looked at again.
    pub is_passing: bool,
}

impl Unchanged {
    /// Tells whether a session has ended and left everything as it was.
    pub fn look(&mut self, store: &Store, session: &Session) -> Told {
        if session.state != SessionState::Finished || session.frozen.is_some() {
            self.0.remove(&session.id);
            return Told { is_unchanged: false, is_passing: false };
        }
        let used = store.last_used(&session.id);
        let known = self.0.get(&session.id).filter(|known| Some(known.used) == used);
        let vain = known.map_or(0, |known| known.vain);
        if let Some(known) = known.filter(|known| known.vain == 0 || known.vain >= TRIES) {
            return Told { is_unchanged: known.is, is_passing: false };
        }
        // Nobody begins to use it while it is looked at. Where somebody does already, the next look may find something else.
        let rest = store.rest(&session.id);
        let found = match wrote_no_file(session) {
            true => actions::scan(store, session, &UntilLate(Instant::now() + PATIENCE))
                .map(|changes| changes.is_nothing()),
            false => Ok(false),
        };
        let is_unchanged = found.as_ref().is_ok_and(|is| *is);
        let vain = if found.is_ok() { 0 } else { vain + 1 };
        // Where nobody can keep others away, nothing passes either.
        let Ok(rest) = rest else { return Told { is_unchanged, is_passing: false } };
        let used = rest.and_then(|_rest| store.last_used(&session.id));
        let used = used.filter(|used| is_settled(*used));
        match used {
            Some(used) => drop(self.0.insert(session.id.clone(), Known { used, is: is_unchanged, vain })),
            None => drop(self.0.remove(&session.id)),
        }
        Told { is_unchanged, is_passing: used.is_none() || (vain > 0 && vain < TRIES) }
    }

    /// Forgets all sessions but these.
    pub fn keep(&mut self, sessions: &[Session]) {
        if self.0.len() > sessions.len() {
            self.0.retain(|id, _| sessions.iter().any(|session| session.id == *id));
        }
    }
}

/// Tells whether a lock that was taken then tells by its time when it is taken again. Where a clock was set back, that lies ahead.
fn is_settled(used: SystemTime) -> bool {
    used.elapsed().unwrap_or_else(|ahead| ahead.duration()) > TOO_FRESH
}

/// Gives up at a time.
struct UntilLate(Instant);

impl Monitor for UntilLate {
    fn progress(&self, _: Phase, _: u64, _: Option<u64>) {}

    fn is_cancelled(&self) -> bool {
        Instant::now() > self.0
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_from_before_a_clock_was_set_back_is_no_fresh_one() {
        let (now, day) = (SystemTime::now(), Duration::from_secs(86400));
        assert_eq!([now - day, now + day].map(is_settled), [true, true]);
        assert!(!is_settled(SystemTime::now()));
    }
}
