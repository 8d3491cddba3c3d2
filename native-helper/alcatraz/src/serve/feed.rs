//! The change feeds that the app has open: a thread each, from the core's watcher to the app. An app that is slow to read
//! holds up only its own feed: the watcher merges what happens meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use see_core::change::{Change, WireChange};
use see_core::changes::found::Found;
use see_core::changes::watch::{WatchEvent, Watcher};
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::path::HostPath;
use see_core::record::log;
use see_core::session::{Session, SessionState};
use see_core::store::Store;

use super::messages::FeedEvent;
use super::walk::pack;
use super::writer::Writer;

/// Most feeds that are open at once.
const LIMIT: usize = 32;
/// How often a feed without news looks whether its session still runs.
const PAUSE: Duration = Duration::from_millis(100);
/// The most rows in one message: a message stays far below the longest line.
const ROWS: usize = 500;

/// The open feeds, by number.
pub struct Feeds {
    store: Arc<Store>,
    writer: Writer,
    last: AtomicU64,
    open: Arc<Open>,
}

type Open = Mutex<HashMap<u64, Feed>>;

#[derive(Clone)]
struct Feed {
    session: String,
    watcher: Arc<Watcher>,
}

impl Feeds {
    /// Returns no feeds yet.
    pub fn new(store: Arc<Store>, writer: Writer) -> Self {
        Self { store, writer, last: AtomicU64::new(0), open: Arc::default() }
    }

    /// Opens a feed. Nothing is sent before the returned work is done.
    pub fn open(&self, session: &Session) -> Result<(u64, Box<dyn FnOnce() + Send>)> {
        if lock(&self.open).len() >= LIMIT {
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("No more than {LIMIT} sessions can be watched at once."),
                "Close some of them first.",
            ));
        }
        let watcher = Arc::new(Watcher::start_recorded(&self.store, session)?);
        let feed = Feed { session: session.id.clone(), watcher };
        let watch = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        lock(&self.open).insert(watch, feed.clone());
        let (store, writer, open) = (Arc::clone(&self.store), self.writer.clone(), Arc::clone(&self.open));
        let begin = move || {
            std::thread::spawn(move || {
                pump(&store, &writer, &open, watch, &feed);
                lock(&open).remove(&watch);
            });
        };
        Ok((watch, Box::new(begin)))
    }

    /// Ends a feed. One that is not open is no error: it may have ended by itself.
    pub fn end(&self, watch: u64) {
        lock(&self.open).remove(&watch);
    }

    /// Ends all feeds.
    pub fn end_all(&self) {
        lock(&self.open).clear();
    }

    /// Returns the change of exactly this path as the app was told last, when it watches that session.
    pub fn find(&self, session: &str, path: &HostPath) -> Option<Found> {
        let feed = lock(&self.open).values().find(|feed| feed.session == session).cloned()?;
        feed.watcher.find(path)
    }
}

fn lock(open: &Open) -> MutexGuard<'_, HashMap<u64, Feed>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends one feed's events until it is closed, the app is gone, or there is nothing to watch any more.
fn pump(store: &Store, writer: &Writer, open: &Open, watch: u64, feed: &Feed) {
    let record = log::path(store, &feed.session);
    let mut told = 0;
    loop {
        let event = feed.watcher.next(PAUSE);
        if !lock(open).contains_key(&watch) {
            return;
        }
        // A session without a record yet has nothing to tell of.
        let next = std::fs::metadata(&record).map_or(0, |record| record.len());
        if next != told && !send(writer, &FeedEvent::Record { watch, next }) {
            return;
        }
        told = next;
        match event {
            Some(event) => {
                let is_last = matches!(event, WatchEvent::Failed(_));
                if !messages(watch, event).into_iter().all(|message| send(writer, &message)) || is_last {
                    return;
                }
            }
            None => match store.session(&feed.session).map(|session| session.state) {
                // The list of sessions tells of these ends.
                Ok(SessionState::Committed | SessionState::Aborted) => return,
                Ok(state) => {
                    feed.watcher.set_live(matches!(state, SessionState::Starting | SessionState::Running));
                }
                Err(error) => {
                    send(writer, &FeedEvent::Failed { watch, error: *error });
                    return;
                }
            },
        }
    }
}

fn send(writer: &Writer, event: &FeedEvent) -> bool {
    serde_json::to_value(event).is_ok_and(|params| writer.notify("feed", params))
}

/// Returns an event as the messages that tell it.
fn messages(watch: u64, event: WatchEvent) -> Vec<FeedEvent> {
    match event {
        WatchEvent::Reset => vec![FeedEvent::Reset { watch }],
        WatchEvent::Rows(rows) => {
            let (walk, rest) = pack(watch, rows);
            let message = |rows: &[Change]| {
                let rows = rows.iter().cloned().map(WireChange::from).collect();
                FeedEvent::Rows { watch, rows }
            };
            walk.into_iter().chain(rest.chunks(ROWS).map(message)).collect()
        }
        WatchEvent::Gone(paths) => {
            let message = |paths: &[HostPath]| {
                let paths = paths.iter().map(HostPath::to_ref).collect();
                FeedEvent::Gone { watch, paths }
            };
            paths.chunks(ROWS).map(message).collect()
        }
        WatchEvent::Settled { revision, total, summary, live } => {
            vec![FeedEvent::Settled { watch, revision, total, summary, live }]
        }
        WatchEvent::Failed(error) => vec![FeedEvent::Failed { watch, error: *error }],
    }
}
