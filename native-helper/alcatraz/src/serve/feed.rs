//! The change feeds that the app has open: a thread each, from the core's watcher to the app. An app that is slow to read
//! holds up only its own feed: the watcher merges what happens meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use see_core::change::{Change, WireChange};
use see_core::changes::found::Found;
use see_core::changes::watch::{WatchEvent, Watcher};
use see_core::error::{ErrorCode, Reason, Result, SeeError};
use see_core::path::HostPath;
use see_core::record::log;
use see_core::session::{Session, SessionState};
use see_core::store::Store;

use super::envelope::too_long;
use super::messages::FeedEvent;
use super::walk::pack;
use super::writer::{Sent, Writer};

/// Most feeds that are open at once.
const LIMIT: usize = 32;
/// How often a feed without news looks whether its session still runs.
const PAUSE: Duration = Duration::from_millis(100);
/// The most rows in one message that tells them one by one.
const ROWS: usize = 500;
/// The most that the rows of one message weigh: it stays far below the longest line.
const WEIGHT: usize = 8 * 1024 * 1024;

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
            )
            .because(Reason::ManyWatches));
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

    /// Looks often at what the app has in hand, where it watches that session.
    pub fn attend(&self, session: &str, path: &HostPath) {
        for feed in lock(&self.open).values().filter(|feed| feed.session == session) {
            feed.watcher.attend(path);
        }
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
    let (mut told, mut has_told) = (0, false);
    loop {
        let event = feed.watcher.next(PAUSE);
        if !lock(open).contains_key(&watch) {
            return;
        }
        // A session without a record yet has nothing to tell of.
        let next = std::fs::metadata(&record).map_or(0, |record| record.len());
        if next != told && !send(writer, watch, &FeedEvent::Record { watch, next }) {
            return;
        }
        told = next;
        match event {
            Some(event) => {
                match is_telling(store, open, watch, &feed.session, has_told) {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        send(writer, watch, &FeedEvent::Failed { watch, error: *error });
                        return;
                    }
                }
                has_told = true;
                let is_last = matches!(event, WatchEvent::Failed(_));
                if !messages(watch, event).all(|message| send(writer, watch, &message)) || is_last {
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
                    send(writer, watch, &FeedEvent::Failed { watch, error: *error });
                    return;
                }
            },
        }
    }
}

/// Tells whether what was just read of a session is what its programs left. A commit or an abort says in the store that it
/// begins before it empties the layers: then nothing more is told, or once the session goes on. What was told before stands
/// meanwhile; whoever opens a session that is in the middle of a commit is shown what there is.
fn is_telling(store: &Store, open: &Open, watch: u64, session: &str, has_told: bool) -> Result<bool> {
    loop {
        match store.session(session)?.state {
            SessionState::Committed | SessionState::Aborted => return Ok(false),
            SessionState::Committing if has_told => {
                std::thread::sleep(PAUSE);
                if !lock(open).contains_key(&watch) {
                    return Ok(false);
                }
            }
            _ => return Ok(true),
        }
    }
}

/// Sends a message; tells whether more may follow. A list without it would be wrong: then the feed fails.
fn send(writer: &Writer, watch: u64, event: &FeedEvent) -> bool {
    let notify = |event: &FeedEvent| {
        serde_json::to_value(event).map_or(Sent::Gone, |params| writer.notify("feed", params))
    };
    let sent = notify(event);
    if sent == Sent::TooLong {
        notify(&FeedEvent::Failed { watch, error: *too_long("The list of changes") });
    }
    sent == Sent::Yes
}

/// Returns an event as the messages that tell it, each made when it is asked for: together they may be very long.
fn messages(watch: u64, event: WatchEvent) -> Box<dyn Iterator<Item = FeedEvent>> {
    let one = |event| Box::new(std::iter::once(event));
    match event {
        WatchEvent::Reset => one(FeedEvent::Reset { watch }),
        WatchEvent::Rows(rows) => Box::new(stretches(rows, row_weight).flat_map(move |rows| {
            let (walk, rest) = pack(watch, rows);
            let message = |rows: &[Change]| {
                let rows = rows.iter().cloned().map(WireChange::from).collect();
                FeedEvent::Rows { watch, rows }
            };
            walk.into_iter().chain(rest.chunks(ROWS).map(message)).collect::<Vec<_>>()
        })),
        WatchEvent::Gone(paths) => Box::new(stretches(paths, weight).flat_map(move |paths| {
            let message = |paths: &[HostPath]| {
                let paths = paths.iter().map(HostPath::to_ref).collect();
                FeedEvent::Gone { watch, paths }
            };
            paths.chunks(ROWS).map(message).collect::<Vec<_>>()
        })),
        WatchEvent::Settled { revision, total, summary, live, untold } => {
            let unlisted = untold.dirs.iter().map(HostPath::to_ref).collect();
            let unlisted_more = untold.more;
            one(FeedEvent::Settled { watch, revision, total, summary, live, unlisted, unlisted_more })
        }
        WatchEvent::Failed(error) => one(FeedEvent::Failed { watch, error: *error }),
    }
}

/// Cuts rows into stretches that a message can hold. One row always can.
fn stretches<T>(rows: Vec<T>, weigh: impl Fn(&T) -> usize) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut stretch = vec![rows.next()?];
        let mut sum = stretch.first().map_or(0, &weigh);
        while let Some(row) = rows.next_if(|row| sum + weigh(row) <= WEIGHT) {
            sum += weigh(&row);
            stretch.push(row);
        }
        Some(stretch)
    })
}

/// Returns the most bytes that a path takes up in a message: a control character is six there, and a path that is no UTF-8
/// comes once more, as base64.
fn weight(path: &HostPath) -> usize {
    64 + 8 * path.as_bytes().len()
}

fn row_weight(row: &Change) -> usize {
    let program = row.program.as_ref().map_or(0, |maker| 8 * maker.name.len());
    512 + weight(&row.path) + row.from.as_ref().map_or(0, weight) + program
}

#[cfg(test)]
mod tests {
    use see_core::change::{ChangeKind, FileType};

    use super::super::line::LINE_LIMIT;
    use super::*;

    /// Paths of 16 KiB, each in a directory of its own, as hostile as their characters can be.
    fn paths(number: usize, bytes: &[u8]) -> Vec<HostPath> {
        let part: Vec<u8> = bytes.iter().copied().cycle().take(200).collect();
        let long = [b"/", part.as_slice()].concat().repeat(80);
        let path = |n: usize| HostPath::new(&[format!("/{n}").as_bytes(), &long].concat()).unwrap();
        (0..number).map(path).collect()
    }

    fn row(path: HostPath, from: Option<HostPath>) -> Change {
        Change {
            path,
            kind: ChangeKind::Created,
            aspects: Vec::new(),
            file_type: FileType::File,
            from,
            size: 0,
            size_before: None,
            mode: 0o644,
            uid: 0,
            gid: 0,
            privileged: false,
            program: None,
        }
    }

    /// Demands that all is told, in lines that the app takes.
    fn told(event: WatchEvent) -> usize {
        let mut told = 0;
        for message in messages(1, event) {
            told += match &message {
                FeedEvent::Rows { rows, .. } => rows.len(),
                FeedEvent::Walk { count, .. } => usize::try_from(*count).unwrap(),
                FeedEvent::Gone { paths, .. } => paths.len(),
                other => panic!("{other:?}"),
            };
            let line = serde_json::to_string(&message).unwrap().len();
            assert!(line < LINE_LIMIT, "a line of {line} bytes");
        }
        told
    }

    #[test]
    fn no_message_is_longer_than_the_app_takes_however_long_the_paths_are() {
        // Each of them would be more than a line by far, told at once.
        let walked = paths(200, b"\x01/").into_iter().map(|path| row(path, None)).collect();
        assert_eq!(told(WatchEvent::Rows(walked)), 200);
        let linked = paths(90, b"\x01").into_iter().map(|path| row(path.clone(), Some(path))).collect();
        assert_eq!(told(WatchEvent::Rows(linked)), 90);
        assert_eq!(told(WatchEvent::Gone(paths(170, b"\x01\x01\x01\xff"))), 170);
    }
}
