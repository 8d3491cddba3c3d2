//! Which sessions that have ended changed nothing: nobody need decide on them. Looks only where next to nothing was written, and
//! for a short time, so that the list of sessions never waits for a scan.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use see_core::beneath::{Root, entries_within};
use see_core::changes;
use see_core::monitor::{Monitor, Phase};
use see_core::session::{Session, SessionState};
use see_core::store::Store;

/// Of a session whose layers hold more directories than this, nothing is said.
const FEW: usize = 64;

/// Nor of one where a look takes longer than this. When all looks of one list have taken so long, the other sessions wait for the next.
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
    /// Tells whether a session has ended and left everything as it was. `since`: when the list was begun for which this is asked.
    pub fn look(&mut self, store: &Store, session: &Session, since: Instant) -> Told {
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
        if since.elapsed() > PATIENCE {
            return Told { is_unchanged: false, is_passing: true };
        }
        // Nobody begins to use it while it is looked at. Where somebody does already, the next look may find something else.
        let rest = store.rest(&session.id);
        let found = match wrote_no_file(session) {
            // Who made what is not asked: a program can have that be long.
            true => changes::scan_own(store, session, &UntilLate(Instant::now() + PATIENCE))
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
    let mut left = FEW;
    session.layers.iter().all(|layer| holds_few_dirs(&layer.upper, &mut left))
}

/// Tells whether a directory holds nothing but directories, no more than are left. Reads no more than that.
fn holds_few_dirs(top: &Path, left: &mut usize) -> bool {
    let Ok(top) = Root::open(top) else { return false };
    let mut todo = vec![PathBuf::new()];
    while let Some(dir) = todo.pop() {
        let there = top.dir(&dir).and_then(|dir| entries_within(dir.as_fd(), *left));
        let Ok(Some(there)) = there else { return false };
        *left -= there.len();
        if !there.iter().all(|entry| entry.is_dir == Some(true)) {
            return false;
        }
        todo.extend(there.iter().map(|entry| dir.join(OsStr::from_bytes(&entry.name))));
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
    #[test]
    fn few_directories_and_nothing_else_are_looked_into() {
        let top = tempfile::tempdir().unwrap();
        let make = |from: usize, to: usize| {
            (from..to).for_each(|i| std::fs::create_dir_all(top.path().join(format!("d/{i}"))).unwrap());
        };
        let left = || {
            let mut left = FEW;
            (holds_few_dirs(top.path(), &mut left), left)
        };
        assert_eq!(left(), (true, FEW));
        make(1, FEW);
        assert_eq!(left(), (true, 0));
        make(FEW, FEW + 1);
        assert_eq!(left(), (false, FEW - 1), "of what is too much nothing is kept");
        std::fs::remove_dir(top.path().join("d/1")).unwrap();
        std::fs::write(top.path().join("d/1"), "").unwrap();
        assert!(!left().0);
    }
}
