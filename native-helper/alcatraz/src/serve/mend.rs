//! Settles what processes that were killed left behind, on a thread of its own: a commit of a million files takes a while to
//! take back, and nobody waits for that. Knows nothing of who is told of sessions.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use see_core::commit;
use see_core::error::Result;
use see_core::monitor::Unmonitored;
use see_core::store::Store;

use crate::context::told;

/// How long to wait after a failure: what made it fail may have written to the store itself.
const REST: Duration = Duration::from_millis(200);

/// What was told of troubles: once is enough, for everything is tried again and again.
#[derive(Default)]
pub struct Troubles(HashSet<String>);

impl Troubles {
    /// Tells it on stderr, the first time.
    pub fn tell(&mut self, trouble: &str) {
        if self.0.insert(trouble.to_owned()) {
            eprintln!("alcatraz: {trouble}");
        }
    }
}

/// The thread that settles, from outside.
#[derive(Clone)]
pub struct Mending {
    wake: SyncSender<()>,
    /// Held while it is at work.
    work: Arc<Mutex<()>>,
}

impl Mending {
    /// Begins to settle what there is.
    pub fn start(store: Arc<Store>) -> Self {
        let (wake, woken) = sync_channel(1);
        let mending = Self { wake, work: Arc::default() };
        let work = Arc::clone(&mending.work);
        std::thread::spawn(move || mend_all(&store, &work, &woken));
        mending
    }

    /// Looks once more for something to settle, soon.
    pub fn wake(&self) {
        // When there is no room it will look anyway.
        let _ = self.wake.try_send(());
    }

    /// Waits until nothing is half settled; from then on nothing is begun.
    pub fn end(self) {
        std::mem::forget(self.work.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn mend_all(store: &Store, work: &Mutex<()>, woken: &Receiver<()>) {
    let mut troubles = Troubles::default();
    loop {
        let mended = {
            let _at_work = work.lock().unwrap_or_else(PoisonError::into_inner);
            mend(store, &mut troubles)
        };
        if let Err(error) = mended {
            troubles.tell(&error.to_string());
            std::thread::sleep(REST);
        }
        if woken.recv().is_err() {
            return;
        }
    }
}

fn mend(store: &Store, troubles: &mut Troubles) -> Result<()> {
    store.repair_dead_sessions()?;
    let recovered = commit::recover(store, &Unmonitored)?;
    recovered.iter().flat_map(told).for_each(|line| troubles.tell(&line));
    Ok(())
}
