//! What is known of threads for a while: asked for once, and again when it may have changed.

use std::collections::HashMap;
use std::sync::Mutex;

use super::clock::milliseconds;
use super::seen_calls::{PIECES, lock};

/// A process number means no other process within so many milliseconds: the kernel gives all others first, 32,000 at least, and
/// no machine starts that many in this time.
const FRESH: u64 = 100;
/// Threads in each piece. What is known of one may be some kilobytes, which the thread itself has chosen.
const MOST: usize = 256;

/// What is known of each thread, and since when.
type Threads<T> = Mutex<HashMap<u32, (T, u64)>>;

/// Something known of threads.
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

    /// Returns what is known; else what `make` finds, which is remembered if `may_keep` then says so. Whoever changes
    /// what `may_keep` says calls [`ByThread::forget`] or [`ByThread::clear`] afterwards.
    pub fn get(
        &self,
        thread: u32,
        make: impl FnOnce() -> Option<T>,
        may_keep: impl FnOnce() -> bool,
    ) -> Option<T> {
        let now = milliseconds();
        let piece = self.piece(thread)?;
        if let Some((known, since)) = lock(piece).get(&thread) {
            if now < since + FRESH {
                return Some(known.clone());
            }
        }
        let made = make()?;
        let mut piece = lock(piece);
        if may_keep() {
            if piece.len() >= MOST {
                piece.clear();
            }
            piece.insert(thread, (made.clone(), now));
        }
        Some(made)
    }

    /// Says that what is known is about to change.
    pub fn forget(&self, thread: u32) {
        if let Some(piece) = self.piece(thread) {
            lock(piece).remove(&thread);
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
    fn a_thread_that_changes_is_asked_each_time() {
        let known = ByThread::new();
        assert_eq!(known.get(7, || Some(1), || true), Some(1));
        assert_eq!(known.get(7, || Some(2), || true), Some(1));
        known.forget(7);
        assert_eq!(known.get(7, || Some(3), || false), Some(3));
        assert_eq!(known.get(7, || Some(4), || true), Some(4));
        assert_eq!(known.get(7, || Some(5), || true), Some(4));
        assert_eq!(known.get(8, || None, || true), None);
    }

    #[test]
    fn threads_without_end_take_no_more_room() {
        let known = ByThread::new();
        let shared = std::sync::Arc::new(());
        (0..100_000).for_each(|thread| drop(known.get(thread, || Some(shared.clone()), || true)));
        assert!(std::sync::Arc::strong_count(&shared) <= PIECES * MOST + 1);
    }
}
