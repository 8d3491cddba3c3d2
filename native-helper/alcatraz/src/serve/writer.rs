//! The one place that writes to stdout while serving: messages from all threads, in order, one a line.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::envelope::Outgoing;

/// How many messages may wait. Whoever sends more waits until the app has read some.
const QUEUE: usize = 256;
/// How long an app that closed its end may take to read what is left.
const FAREWELL: Duration = Duration::from_secs(2);

/// Sends messages to the app.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    turn: Mutex<()>,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<String>,
    /// A line was taken off the queue and is being written.
    writing: bool,
    /// Nobody reads any more.
    gone: bool,
    /// Set when the end is near: nobody waits beyond it.
    deadline: Option<Instant>,
}

impl Writer {
    /// Starts the writing thread. It ends with the process, or when the app has closed its end.
    pub fn start() -> Self {
        let writer = Self::default();
        let shared = Arc::clone(&writer.shared);
        std::thread::spawn(move || write_all(&shared));
        writer
    }

    /// Sends a message, waiting for room. Tells whether anybody is still there to read it.
    pub fn send(&self, message: &Outgoing) -> bool {
        self.shared.push(message, true)
    }

    /// Returns the turn to speak. Whoever tells the list of sessions takes it before looking, and whoever answers takes it
    /// for sending: so no answer comes before a list that is older than it.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends news, waiting for room. Tells whether anybody is still there to read it.
    pub fn notify(&self, method: &str, params: Value) -> bool {
        self.shared.push(&Outgoing::notification(method, params), true)
    }

    /// Sends news unless the app is behind with reading: for what is soon out of date.
    pub fn notify_if_room(&self, method: &str, params: Value) {
        self.shared.push(&Outgoing::notification(method, params), false);
    }

    /// Tells whether the app has closed its end.
    pub fn is_gone(&self) -> bool {
        self.shared.lock().gone
    }

    /// From now on, nobody waits long for an app that does not read.
    pub fn hurry(&self) {
        self.shared.lock().deadline = Some(Instant::now() + FAREWELL);
        self.shared.changed.notify_all();
    }

    /// Waits until all is written, or until the time that `hurry` gave is over.
    pub fn flush(&self) {
        let mut queue = self.shared.lock();
        while !queue.gone && (queue.writing || !queue.lines.is_empty()) {
            let Some(waited) = self.shared.wait(queue) else { return };
            queue = waited;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change of the queue; `None` when the deadline has passed.
    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>) -> Option<MutexGuard<'a, Queue>> {
        let Some(deadline) = queue.deadline else {
            return Some(self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner));
        };
        let left = deadline.checked_duration_since(Instant::now())?;
        Some(self.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0)
    }

    fn push(&self, message: &Outgoing, may_wait: bool) -> bool {
        let Ok(mut line) = serde_json::to_string(message) else { return false };
        line.push('\n');
        let mut queue = self.lock();
        while queue.lines.len() >= QUEUE && !queue.gone {
            if !may_wait {
                return true;
            }
            let Some(waited) = self.wait(queue) else { return false };
            queue = waited;
        }
        if queue.gone {
            return false;
        }
        queue.lines.push_back(line);
        self.changed.notify_all();
        true
    }
}

fn write_all(shared: &Shared) {
    let mut out = std::io::stdout().lock();
    loop {
        let line = {
            let mut queue = shared.lock();
            queue.writing = false;
            shared.changed.notify_all();
            loop {
                if let Some(line) = queue.lines.pop_front() {
                    queue.writing = true;
                    shared.changed.notify_all();
                    break line;
                }
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
            let mut queue = shared.lock();
            queue.gone = true;
            queue.lines.clear();
            shared.changed.notify_all();
            return;
        }
    }
}
