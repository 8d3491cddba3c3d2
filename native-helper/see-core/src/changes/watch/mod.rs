//! The live feed of a session's changes: a snapshot, then differences, until it is dropped.

mod feed;
mod keeper;
mod notices;
mod teller;

use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{EventfdFlags, eventfd};

use super::found::Found;
use super::ground::Ground;
use super::recorded_ground;
use crate::change::{Change, Summary};
use crate::error::{Result, SeeError};
use crate::makers::Makers;
use crate::path::HostPath;
use crate::session::{Session, SessionState};
use crate::store::Store;
#[cfg(test)]
pub use feed::Known;
use feed::{Shown, lock};
use keeper::Keeper;

/// How many events may wait for the receiver; more differences are merged until it takes one.
const WAITING_EVENTS: usize = 4;

/// One step of a feed.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent {
    /// Forget all rows: they are told anew. Always the first event.
    Reset,
    /// These rows are new or changed; at most 2000.
    Rows(Vec<Change>),
    /// These paths have no row any more; at most 2000.
    Gone(Vec<HostPath>),
    /// All that was told so far is one consistent picture.
    Settled {
        /// Grows with every picture.
        revision: u64,
        /// How many rows there are.
        total: u64,
        /// The rows by kind.
        summary: Summary,
        /// Whether programs run in the session.
        live: bool,
        /// What there is no row of.
        untold: Untold,
    },
    /// The feed ended, for this reason. Always the last event.
    Failed(Box<SeeError>),
}

/// Directories whose entries are not all told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untold {
    /// Some of them.
    pub dirs: Vec<HostPath>,
    /// How many more there are.
    pub more: u64,
}

/// What the watching thread and its owner share.
struct Shared {
    stop: AtomicBool,
    live: AtomicBool,
    /// The thread has events that the receiver had no room for.
    is_held_up: AtomicBool,
    wake: OwnedFd,
    shown: Shown,
    /// The change that somebody has in hand.
    in_hand: Mutex<Option<HostPath>>,
}

impl Shared {
    fn in_hand(&self) -> MutexGuard<'_, Option<HostPath>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // Fails only when the counter is full, and then the thread is awake.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }
}

/// Watches one session from a thread of its own. Dropping it ends the thread.
pub struct Watcher {
    shared: Arc<Shared>,
    events: Mutex<Receiver<WatchEvent>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts watching. The session may be live or over; changes of the host are seen too, within seconds.
    pub fn start(session: &Session) -> Result<Self> {
        Self::start_on(session, Ground::open(session)?, None)
    }

    /// As [`start`](Self::start), without what the session's record shows to be the doing of the host, and with who made
    /// each change.
    pub fn start_recorded(store: &Store, session: &Session) -> Result<Self> {
        Self::start_on(session, recorded_ground(store, session)?, Some(Makers::of(store, &session.id)))
    }

    fn start_on(session: &Session, ground: Ground, makers: Option<Makers>) -> Result<Self> {
        let failed = |errno| SeeError::os("watching", &HostPath::root(), errno);
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(failed)?;
        let live = matches!(session.state, SessionState::Starting | SessionState::Running);
        let shared = Arc::new(Shared {
            stop: AtomicBool::new(false),
            live: AtomicBool::new(live),
            is_held_up: AtomicBool::new(false),
            wake,
            shown: Shown::default(),
            in_hand: Mutex::new(None),
        });
        let (sender, receiver) = sync_channel(WAITING_EVENTS);
        let keeper = Keeper::new(ground, makers, Arc::clone(&shared), sender)?;
        let name = format!("watch-{}", session.id);
        let thread = std::thread::Builder::new().name(name).spawn(move || keeper.run());
        let thread =
            thread.map_err(|error| SeeError::internal(format!("No thread to watch with: {error}.")))?;
        Ok(Self { shared, events: Mutex::new(receiver), thread: Some(thread) })
    }

    /// Returns the next event; `None` when there is none within `timeout`, or when the feed has ended.
    pub fn next(&self, timeout: Duration) -> Option<WatchEvent> {
        // An error means: none in time, or none ever again.
        let event = self.events.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(timeout).ok();
        if event.is_some() && self.shared.is_held_up.swap(false, Ordering::AcqRel) {
            self.shared.wake();
        }
        event
    }

    /// Says whether programs run in the session; the receiver is told with the next picture.
    pub fn set_live(&self, live: bool) {
        if self.shared.live.swap(live, Ordering::AcqRel) != live {
            self.shared.wake();
        }
    }

    /// Says which change somebody has in hand: what is written to it is told soon, also where the kernel gives no notice.
    pub fn attend(&self, path: &HostPath) {
        let before = self.shared.in_hand().replace(path.clone());
        if before.as_ref() != Some(path) {
            self.shared.wake();
        }
    }

    /// Returns the change of exactly this path, as of the latest picture.
    pub fn find(&self, path: &HostPath) -> Option<Found> {
        lock(&self.shared.shown).get(path).and_then(|known| known.found.as_deref().cloned())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was told by its own message; there is nothing to add here.
            let _ = thread.join();
        }
    }
}
