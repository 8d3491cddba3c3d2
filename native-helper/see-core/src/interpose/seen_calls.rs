//! Remembers which calls told nothing new, so that the next one of the same kind costs a look into a table. Shared by
//! all threads, in pieces that seldom meet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::tree::{Epoch, milliseconds};

const PIECES: usize = 32;
/// Entries in each piece.
const MOST: usize = 8192;
/// A process number may mean another process after so many milliseconds.
const PROCESS_FRESH: u64 = 1000;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every entry stands alone: after a panic the rest is as good as before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When each call was found to tell nothing new.
type Calls = Mutex<HashMap<Box<[u8]>, u64>>;
/// What is known of each thread, and since when; `None` while it is about to change.
type Threads<T> = Mutex<HashMap<u32, (Option<T>, u64)>>;

/// Calls by what they say: directory, path and intent.
#[derive(Debug)]
pub struct SeenCalls {
    pieces: Vec<Calls>,
    epoch: Arc<Epoch>,
}

impl SeenCalls {
    /// Returns an empty table.
    pub fn new(epoch: Arc<Epoch>) -> Self {
        Self { pieces: (0..PIECES).map(|_| Mutex::default()).collect(), epoch }
    }

    fn piece(&self, key: &[u8]) -> Option<&Calls> {
        // The last bytes differ most.
        let mix =
            key.iter().rev().take(8).fold(key.len(), |mix, byte| mix.wrapping_mul(31) ^ usize::from(*byte));
        self.pieces.get(mix % PIECES)
    }

    /// Tells whether a call told nothing new, and still would not.
    pub fn has(&self, key: &[u8]) -> bool {
        let found = self.piece(key).and_then(|piece| lock(piece).get(key).copied());
        found.is_some_and(|found| self.epoch.trusts(found))
    }

    /// Remembers a call that was looked at, beginning at `found` on the coarse monotonic clock.
    pub fn put(&self, key: &[u8], found: u64) {
        let Some(piece) = self.piece(key) else { return };
        let mut piece = lock(piece);
        if piece.len() >= MOST {
            piece.clear();
        }
        piece.insert(Box::from(key), found);
    }
}

/// Something known of threads for a while.
#[derive(Debug)]
pub struct ByThread<T> {
    pieces: Vec<Threads<T>>,
}

impl<T: Clone> ByThread<T> {
    /// Returns an empty table.
    pub fn new() -> Self {
        Self { pieces: (0..PIECES).map(|_| Mutex::default()).collect() }
    }

    fn piece(&self, thread: u32) -> Option<&Threads<T>> {
        self.pieces.get(thread as usize % PIECES)
    }

    /// Returns what is known; else what `make` finds, which is remembered unless it is about to change.
    pub fn get(&self, thread: u32, make: impl FnOnce() -> Option<T>) -> Option<T> {
        let now = milliseconds();
        let piece = self.piece(thread)?;
        let mut may_keep = true;
        if let Some((known, since)) = lock(piece).get(&thread) {
            match known {
                Some(known) if now < since + PROCESS_FRESH => return Some(known.clone()),
                Some(_) => {}
                None => may_keep = now > since + Epoch::grace(),
            }
        }
        let made = make()?;
        if may_keep {
            let mut piece = lock(piece);
            if piece.len() >= MOST {
                piece.clear();
            }
            piece.insert(thread, (Some(made.clone()), now));
        }
        Some(made)
    }

    /// Says that what is known is about to change: for a moment nothing is remembered.
    pub fn forget(&self, thread: u32) {
        if let Some(piece) = self.piece(thread) {
            lock(piece).insert(thread, (None, milliseconds()));
        }
    }

    /// Forgets everything, of all threads.
    pub fn clear(&self) {
        self.pieces.iter().for_each(|piece| lock(piece).clear());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_when_names_change_their_meaning() {
        let epoch = Arc::new(Epoch::default());
        let seen = SeenCalls::new(Arc::clone(&epoch));
        seen.put(b"a", milliseconds());
        assert!(seen.has(b"a") && !seen.has(b"b"));
        epoch.turn();
        assert!(!seen.has(b"a"));
        // The call that changes it has not run yet: what is found now may still be the old meaning.
        seen.put(b"a", milliseconds());
        assert!(!seen.has(b"a"));
        std::thread::sleep(std::time::Duration::from_millis(120));
        seen.put(b"a", milliseconds());
        assert!(seen.has(b"a"));
    }

    #[test]
    fn stays_small() {
        let seen = SeenCalls::new(Arc::default());
        for i in 0..(3 * PIECES * MOST) {
            seen.put(&i.to_le_bytes(), 1);
        }
        assert!(seen.pieces.iter().map(|piece| lock(piece).len()).sum::<usize>() <= PIECES * MOST);
    }

    #[test]
    fn a_thread_that_changes_is_asked_each_time() {
        let known = ByThread::new();
        assert_eq!(known.get(7, || Some(1)), Some(1));
        assert_eq!(known.get(7, || Some(2)), Some(1));
        known.forget(7);
        assert_eq!(known.get(7, || Some(3)), Some(3));
        assert_eq!(known.get(7, || Some(4)), Some(4));
        assert_eq!(known.get(8, || None), None);
    }
}
