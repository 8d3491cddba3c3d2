//! Remembers which calls told nothing new, so that the next one of the same kind costs a look into a table. Shared by
//! all threads, in pieces that seldom meet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::unfinished::{Stamp, Unfinished};

pub(super) const PIECES: usize = 32;
/// Entries in each piece.
const MOST: usize = 8192;
/// Bytes of what the calls of each piece say: a program chooses them, up to two paths' length each.
const MOST_BYTES: usize = 1 << 20;

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every entry stands alone: after a panic the rest is as good as before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What names meant when each call was found to tell nothing new.
#[derive(Debug, Default)]
struct Piece {
    calls: HashMap<Box<[u8]>, Stamp>,
    bytes: usize,
}

/// Calls by what they say: directory, path and intent.
#[derive(Debug)]
pub struct SeenCalls {
    pieces: Vec<Mutex<Piece>>,
    unfinished: Arc<Unfinished>,
}

impl SeenCalls {
    /// Returns an empty table.
    pub fn new(unfinished: Arc<Unfinished>) -> Self {
        Self { pieces: (0..PIECES).map(|_| Mutex::default()).collect(), unfinished }
    }

    fn piece(&self, key: &[u8]) -> Option<&Mutex<Piece>> {
        // The last bytes differ most.
        let mix =
            key.iter().rev().take(8).fold(key.len(), |mix, byte| mix.wrapping_mul(31) ^ usize::from(*byte));
        self.pieces.get(mix % PIECES)
    }

    /// Tells whether a call told nothing new, and still would not.
    pub fn has(&self, key: &[u8]) -> bool {
        let found = self.piece(key).and_then(|piece| lock(piece).calls.get(key).copied());
        found.is_some_and(|stamp| self.unfinished.are_still(stamp))
    }

    /// Remembers a call that was looked at when names had this meaning.
    pub fn put(&self, key: &[u8], stamp: Stamp) {
        let Some(piece) = self.piece(key) else { return };
        let mut piece = lock(piece);
        if piece.calls.len() >= MOST || piece.bytes + key.len() > MOST_BYTES {
            *piece = Piece::default();
        }
        if piece.calls.insert(Box::from(key), stamp).is_none() {
            piece.bytes += key.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::unfinished::Effect;
    use super::*;

    #[test]
    fn forgets_when_names_change_their_meaning() {
        let unfinished = Arc::new(Unfinished::default());
        let seen = SeenCalls::new(Arc::clone(&unfinished));
        let before = unfinished.names().unwrap();
        seen.put(b"a", before);
        assert!(seen.has(b"a") && !seen.has(b"b"));
        unfinished.begin(7, 82, Effect::Names);
        assert!(!seen.has(b"a"));
        // Found before that, told after it.
        seen.put(b"a", before);
        assert!(!seen.has(b"a"));
        unfinished.returned(7);
        seen.put(b"a", unfinished.names().unwrap());
        assert!(seen.has(b"a"));
    }

    #[test]
    fn stays_small() {
        let unfinished = Arc::new(Unfinished::default());
        let seen = SeenCalls::new(Arc::clone(&unfinished));
        let stamp = unfinished.names().unwrap();
        for i in 0..(3 * PIECES * MOST) {
            seen.put(&i.to_le_bytes(), stamp);
        }
        let sum = |of: fn(&Piece) -> usize| seen.pieces.iter().map(|piece| of(&lock(piece))).sum::<usize>();
        assert!(sum(|piece| piece.calls.len()) <= PIECES * MOST);
        let mut long = vec![b'x'; 8000];
        for i in 0..5_000_u64 {
            long.splice(0..8, i.to_le_bytes());
            seen.put(&long, stamp);
        }
        assert!(seen.has(&long));
        let held = sum(|piece| piece.calls.keys().map(|key| key.len()).sum());
        assert!(held <= PIECES * MOST_BYTES && held == sum(|piece| piece.bytes), "{held}");
    }
}
