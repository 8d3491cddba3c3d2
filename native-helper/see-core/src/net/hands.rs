//! Threads for what may wait long, a bounded number of them. Knows nothing of what they do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::io::Errno;

/// So many may wait at once; who comes then is told to try again.
const MOST: usize = 64;

/// The threads.
#[derive(Clone, Debug, Default)]
pub struct Hands(Arc<AtomicUsize>);

impl Hands {
    /// Does this on a thread of its own. Fails with `EAGAIN` when too many are busy.
    pub fn take(&self, work: impl FnOnce() + Send + 'static) -> Result<(), Errno> {
        let busy = Busy(Arc::clone(&self.0));
        if self.0.fetch_add(1, Ordering::AcqRel) >= MOST {
            drop(busy);
            return Err(Errno::AGAIN);
        }
        let begun = std::thread::Builder::new().name("connect".to_owned()).spawn(move || {
            let _busy = busy;
            work();
        });
        begun.map(drop).map_err(|_| Errno::AGAIN)
    }
}

/// One that is busy, until it is dropped.
struct Busy(Arc<AtomicUsize>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
