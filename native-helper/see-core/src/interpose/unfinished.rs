//! Calls that were let go and may not have run yet: what they change may still be as it was. That a call has run is known
//! from its thread's next call, or from the kernel; no clock says so.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::clock::milliseconds;
use super::tracee;

/// So many threads are asked for at a time what they do.
const MOST_ASKED: usize = 32;

/// What a call may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The working directory of its process.
    Directory,
    /// An object, or whether there is one by a name.
    Files,
    /// Also which objects other paths lead to.
    Names,
}

/// A state of all names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

/// The calls of one SEE. Shared by all threads.
#[derive(Debug, Default)]
pub struct Unfinished {
    calls: Mutex<HashMap<u32, Call>>,
    /// How many there are, to be read without the lock.
    count: AtomicUsize,
    /// How often names began to mean something else.
    names: AtomicU64,
    /// How often names or a working directory did.
    directories: AtomicU64,
    /// When the kernel was asked last.
    asked: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Call {
    number: u32,
    effect: Effect,
    /// Tells calls of one thread apart.
    order: u64,
}

impl Unfinished {
    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Call>> {
        // Nothing that can panic happens under the lock.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that a thread's call is about to be let go. Saying more of the same call is fine.
    pub fn begin(&self, thread: u32, number: u32, effect: Effect) {
        let order = self.directories.load(Ordering::SeqCst);
        {
            let mut calls = self.lock();
            calls.insert(thread, Call { number, effect, order });
            self.count.store(calls.len(), Ordering::SeqCst);
        }
        if effect != Effect::Files {
            self.directories.fetch_add(1, Ordering::SeqCst);
        }
        if effect == Effect::Names {
            self.names.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Says that a thread makes a call: those before it have run.
    pub fn returned(&self, thread: u32) {
        if self.count.load(Ordering::SeqCst) > 0 {
            let mut calls = self.lock();
            calls.remove(&thread);
            self.count.store(calls.len(), Ordering::SeqCst);
        }
    }

    /// Tells whether objects, or whether there is one by some name, may be about to change.
    pub fn may_change_files(&self) -> bool {
        self.may(|effect| effect != Effect::Directory)
    }

    /// Returns a stamp for what is found from now on; `None` while names may be about to change.
    pub fn names(&self) -> Option<Stamp> {
        // In this order: a call that begins in between makes the stamp a past one.
        let stamp = Stamp(self.names.load(Ordering::SeqCst));
        (!self.may(|effect| effect == Effect::Names)).then_some(stamp)
    }

    /// Tells whether names mean what they meant when this stamp was given.
    pub fn are_still(&self, stamp: Stamp) -> bool {
        self.names.load(Ordering::SeqCst) == stamp.0
    }

    /// Returns a stamp for a working directory that is found from now on; `None` while one may be about to change.
    pub fn directories(&self) -> Option<Stamp> {
        let stamp = Stamp(self.directories.load(Ordering::SeqCst));
        (!self.may(|effect| effect != Effect::Files)).then_some(stamp)
    }

    /// Tells whether no working directory has begun to change since this stamp was given.
    pub fn stay(&self, stamp: Stamp) -> bool {
        self.directories.load(Ordering::SeqCst) == stamp.0
    }

    fn may(&self, what: impl Fn(Effect) -> bool) -> bool {
        let has = || self.lock().values().any(|call| what(call.effect));
        self.count.load(Ordering::SeqCst) > 0 && has() && (!self.ask() || has())
    }

    /// Asks the kernel which of them have run, at most once in a tick. Tells whether some have.
    fn ask(&self) -> bool {
        let now = milliseconds();
        if self.asked.swap(now, Ordering::SeqCst) == now {
            return false;
        }
        let asked: Vec<(u32, Call)> =
            self.lock().iter().take(MOST_ASKED).map(|(thread, call)| (*thread, *call)).collect();
        let is_over = |(thread, call): &(u32, Call)| !tracee::may_be_in(*thread, call.number);
        let over: Vec<_> = asked.into_iter().filter(is_over).collect();
        let mut calls = self.lock();
        for (thread, call) in &over {
            if calls.get(thread) == Some(call) {
                calls.remove(thread);
            }
        }
        self.count.store(calls.len(), Ordering::SeqCst);
        !over.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No thread has this number.
    const GONE: u32 = i32::MAX as u32;

    const READ: u32 = 0;
    const RENAME: u32 = 82;

    /// A process that waits in read(2).
    struct Reader(std::process::Child);

    impl Reader {
        fn new() -> Self {
            let child =
                std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
            // It waits in read(2), the call of number 0: cat itself, no longer what becomes it.
            let waits = |pid| {
                let call = std::fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap();
                call.starts_with(&format!("{READ} "))
            };
            while !waits(child.id()) {
                std::thread::yield_now();
            }
            Self(child)
        }
    }

    impl Drop for Reader {
        fn drop(&mut self) {
            self.0.kill().unwrap();
            self.0.wait().unwrap();
        }
    }

    #[test]
    fn a_call_is_over_when_its_thread_makes_another() {
        let (calls, reader) = (Unfinished::default(), Reader::new());
        let before = calls.names().unwrap();
        calls.begin(reader.0.id(), READ, Effect::Names);
        assert!(calls.names().is_none() && calls.directories().is_none() && calls.may_change_files());
        assert!(!calls.are_still(before));
        calls.returned(reader.0.id());
        assert!(calls.names().is_some_and(|now| now != before && calls.are_still(now)));
        assert!(!calls.may_change_files());
    }

    #[test]
    fn effects_are_told_apart() {
        let (calls, reader) = (Unfinished::default(), Reader::new());
        let before = (calls.names().unwrap(), calls.directories().unwrap());
        calls.begin(reader.0.id(), READ, Effect::Files);
        assert!(calls.may_change_files() && calls.names().is_some() && calls.directories().is_some());
        assert!(calls.are_still(before.0) && calls.stay(before.1));
        calls.begin(reader.0.id(), READ, Effect::Directory);
        assert!(!calls.may_change_files() && calls.names().is_some() && calls.directories().is_none());
        assert!(calls.are_still(before.0) && !calls.stay(before.1));
    }

    #[test]
    fn a_call_is_over_when_the_kernel_says_so() {
        let (calls, reader) = (Unfinished::default(), Reader::new());
        calls.begin(reader.0.id(), RENAME, Effect::Names);
        assert!(calls.names().is_some(), "it waits in another call");
        let calls = Unfinished::default();
        calls.begin(GONE, RENAME, Effect::Names);
        assert!(calls.names().is_some(), "the thread is gone");
    }
}
