//! Looks that can wait. What a plain read will see is found out after the call has been let go, so that the program
//! does not wait for it. Whatever may change what is there waits until everything before it has been looked at.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::read_set::set::Missing;

use super::late::Look;
use super::observer::Observer;

/// While looks keep coming, whoever works them off comes back by itself after this time: nobody has to wake it.
const LINGER: Duration = Duration::from_millis(1);
/// After so many times in vain it sleeps until it is woken.
const PATIENCE: u32 = 20;
/// With more than this waiting, whoever adds one works them off.
const MOST: usize = 2048;

/// So many take a tenth of a millisecond.
const MANY: usize = 16;

/// The looks of one SEE that wait, in the order of the calls.
#[derive(Debug)]
pub struct Deferred {
    queue: Mutex<Queue>,
    wake: Condvar,
    /// Works them off. Held from the moment looks are taken until they are done.
    worker: Mutex<Worker>,
}

#[derive(Debug, Default)]
struct Queue {
    tape: Tape,
    is_asleep: bool,
    is_ending: bool,
}

#[derive(Debug)]
struct Worker {
    observer: Observer,
    /// An empty tape, to be put in place of a full one: no look costs an allocation.
    tape: Tape,
}

/// Looks, and their texts one after the other.
#[derive(Debug, Default)]
struct Tape {
    looks: Vec<(Look, usize)>,
    texts: Vec<u8>,
}

impl Deferred {
    /// Returns an empty queue.
    pub fn new(observer: Observer) -> Self {
        Self {
            queue: Mutex::default(),
            wake: Condvar::new(),
            worker: Mutex::new(Worker { observer, tape: Tape::default() }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that can panic happens under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a look, with its text.
    pub fn push(&self, look: Look, text: &[u8]) {
        let mut queue = self.lock();
        queue.tape.texts.extend_from_slice(text);
        let end = queue.tape.texts.len();
        queue.tape.looks.push((look, end));
        let is_full = queue.tape.looks.len() > MOST;
        if std::mem::take(&mut queue.is_asleep) {
            self.wake.notify_one();
        }
        drop(queue);
        if is_full {
            self.settle();
        }
    }

    /// Tells whether so many wait that looking at them all takes a while.
    pub fn has_many(&self) -> bool {
        self.lock().tape.looks.len() > MANY
    }

    /// Returns when everything that was added before has been looked at.
    pub fn settle(&self) {
        // A panic is told below; what the observer remembers is only a cache.
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let Worker { observer, tape } = &mut *worker;
        loop {
            std::mem::swap(&mut self.lock().tape, tape);
            if tape.looks.is_empty() {
                return;
            }
            let mut start = 0;
            for (look, end) in tape.looks.drain(..) {
                let text = tape.texts.get(start..end).unwrap_or_default();
                start = end;
                if catch_unwind(AssertUnwindSafe(|| observer.look_late(&look, text))).is_err() {
                    observer.lose(Missing::Blind);
                }
            }
            tape.texts.clear();
        }
    }

    /// Works looks off until the end.
    pub fn work(&self) {
        let mut in_vain = 0;
        loop {
            self.settle();
            let mut queue = self.lock();
            if !queue.tape.looks.is_empty() {
                in_vain = 0;
            } else if queue.is_ending {
                return;
            } else if in_vain < PATIENCE {
                in_vain += 1;
                let (queue, _) =
                    self.wake.wait_timeout(queue, LINGER).unwrap_or_else(PoisonError::into_inner);
                if !queue.tape.looks.is_empty() {
                    in_vain = 0;
                }
            } else {
                queue.is_asleep = true;
                while queue.is_asleep && !queue.is_ending {
                    queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
                }
                in_vain = 0;
            }
        }
    }

    /// Lets [`Deferred::work`] return once everything has been looked at. No look may be added any more.
    pub fn end(&self) {
        self.lock().is_ending = true;
        self.wake.notify_all();
    }
}
