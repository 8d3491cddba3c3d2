//! Looks that can wait. What a plain read will see is found out after the call has been let go, so that the program
//! does not wait for it. Whatever may change what names mean waits until everything before it has been looked at.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::read_set::set::Missing;

use super::observer::{Look, Observer};

/// While looks keep coming, whoever works them off comes back by itself after this time: nobody has to wake it.
const LINGER: Duration = Duration::from_millis(1);
/// After so many times in vain it sleeps until it is woken.
const PATIENCE: u32 = 20;
/// With more than this waiting, whoever adds one works them off.
const MOST: usize = 2048;

/// The looks of one SEE that wait, in the order of the calls.
#[derive(Debug)]
pub struct Deferred {
    queue: Mutex<Queue>,
    wake: Condvar,
    /// Works them off. Held from the moment a look is taken until it is done.
    observer: Mutex<Observer>,
}

#[derive(Debug, Default)]
struct Queue {
    looks: VecDeque<Look>,
    is_asleep: bool,
    is_ending: bool,
}

impl Deferred {
    /// Returns an empty queue.
    pub fn new(observer: Observer) -> Self {
        Self { queue: Mutex::default(), wake: Condvar::new(), observer: Mutex::new(observer) }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that can panic happens under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a look. Its call may run once this returns.
    pub fn push(&self, look: Look) {
        let mut queue = self.lock();
        queue.looks.push_back(look);
        let is_full = queue.looks.len() > MOST;
        if std::mem::take(&mut queue.is_asleep) {
            self.wake.notify_one();
        }
        drop(queue);
        if is_full {
            self.settle();
        }
    }

    /// Returns when everything that was added before has been looked at.
    pub fn settle(&self) {
        // A panic is told below; what the observer remembers is only a cache.
        let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let looks = std::mem::take(&mut self.lock().looks);
            if looks.is_empty() {
                return;
            }
            for look in looks {
                if catch_unwind(AssertUnwindSafe(|| observer.look_late(look))).is_err() {
                    observer.lose(Missing::Blind);
                }
            }
        }
    }

    /// Works looks off until the end.
    pub fn work(&self) {
        let mut in_vain = 0;
        loop {
            self.settle();
            let mut queue = self.lock();
            if !queue.looks.is_empty() {
                in_vain = 0;
            } else if queue.is_ending {
                return;
            } else if in_vain < PATIENCE {
                in_vain += 1;
                let (queue, _) =
                    self.wake.wait_timeout(queue, LINGER).unwrap_or_else(PoisonError::into_inner);
                if !queue.looks.is_empty() {
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
