//! Bytes on their way to a file: a thread of its own writes them, a moment after the first of them came and all that came since
//! with it. Knows nothing of what they mean.

use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// So long the first of them waits for more.
const MOMENT: Duration = Duration::from_millis(100);
/// Written before that when so many wait.
const EARLY: usize = 1 << 20;

/// What has bytes for a file.
pub trait Source: Send + 'static {
    /// Returns how many wait.
    fn waiting(&self) -> usize;
    /// Returns those that wait, which do so no longer.
    fn take(&mut self) -> Vec<u8>;
    /// Says that what was taken last is not in the file, or a part of it only.
    fn lost(&mut self);
}

/// A source, and the thread that writes what it has.
#[derive(Debug)]
pub struct Flusher<S> {
    shared: Arc<Shared<S>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared<S> {
    state: Mutex<State<S>>,
    wake: Condvar,
    /// Taken before the state, so that nothing overtakes what was taken before it.
    file: Mutex<File>,
}

#[derive(Debug)]
struct State<S> {
    source: S,
    is_ending: bool,
}

impl<S: Source> Flusher<S> {
    /// Begins to write to a file what a source has.
    pub fn start(name: &str, source: S, file: File) -> std::io::Result<Self> {
        let state = Mutex::new(State { source, is_ending: false });
        let shared = Arc::new(Shared { state, wake: Condvar::new(), file: Mutex::new(file) });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || theirs.work())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Does something with the source.
    pub fn with<T>(&self, work: impl FnOnce(&mut S) -> T) -> T {
        let mut state = self.shared.lock();
        let before = state.source.waiting();
        let done = work(&mut state.source);
        let now = state.source.waiting();
        drop(state);
        if before == 0 && now > 0 || before <= EARLY && now > EARLY {
            self.shared.wake.notify_one();
        }
        done
    }

    /// Writes what waits. Returns when it is in the file.
    pub fn flush(&self) {
        self.shared.flush();
    }
}

impl<S> Drop for Flusher<S> {
    /// What waits is written.
    fn drop(&mut self) {
        self.shared.lock().is_ending = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic was told by its own message.
            let _ = thread.join();
        }
    }
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, State<S>> {
        // After a panic at worst something is missing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Shared<S> {
    fn work(&self) {
        loop {
            let mut state = self.lock();
            while !state.is_ending && state.source.waiting() == 0 {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let at = Instant::now() + MOMENT;
            while !state.is_ending && state.source.waiting() <= EARLY {
                let Some(left) = at.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
                else {
                    break;
                };
                state = self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            let is_ending = state.is_ending;
            drop(state);
            self.flush();
            if is_ending {
                return;
            }
        }
    }

    fn flush(&self) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = self.lock().source.take();
        if !bytes.is_empty() && file.write_all(&bytes).is_err() {
            self.lock().source.lost();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    #[derive(Debug, Default)]
    struct Bytes {
        waiting: Vec<u8>,
        lost: u32,
    }

    impl Source for Bytes {
        fn waiting(&self) -> usize {
            self.waiting.len()
        }

        fn take(&mut self) -> Vec<u8> {
            std::mem::take(&mut self.waiting)
        }

        fn lost(&mut self) {
            self.lost += 1;
        }
    }

    #[test]
    fn what_many_threads_add_is_all_there_in_the_end() {
        let mut file = tempfile::tempfile().unwrap();
        let flusher = Flusher::start("test", Bytes::default(), file.try_clone().unwrap()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for turn in 0..1000 {
                        flusher.with(|bytes| bytes.waiting.extend([b'x'; 999]));
                        if turn % 100 == 0 {
                            flusher.flush();
                        }
                    }
                });
            }
        });
        drop(flusher);
        let mut text = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut text).unwrap();
        assert_eq!(text.len(), 4 * 1000 * 999);
    }

    #[test]
    fn what_was_flushed_can_be_read_and_what_failed_is_told() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("file");
        let flusher = Flusher::start("test", Bytes::default(), File::create(&path).unwrap()).unwrap();
        flusher.with(|bytes| bytes.waiting.extend(b"abc"));
        flusher.flush();
        assert_eq!(std::fs::read(&path).unwrap(), b"abc");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let flusher = Flusher::start("test", Bytes::default(), full).unwrap();
        flusher.with(|bytes| bytes.waiting.extend(b"abc"));
        flusher.flush();
        assert_eq!(flusher.with(|bytes| bytes.lost), 1);
    }
}
