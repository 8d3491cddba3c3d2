//! The one place that writes to stdout while serving: messages from all threads, in order, one a line.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::envelope::Outgoing;
use super::line::LINE_LIMIT;

/// How many messages may wait, and how many bytes of them. Whoever sends more waits until the app has read some.
const QUEUE: usize = 256;
const QUEUE_BYTES: usize = 64 * 1024 * 1024;
/// How long an app that closed its end may take to read what is left.
const FAREWELL: Duration = Duration::from_secs(2);

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It waits to be read, or was left out as its sender allowed.
    Yes,
    /// Nobody reads any more.
    Gone,
    /// It is longer than a line may be: the app must not meet it.
    TooLong,
}

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
    /// Bytes of these lines.
    bytes: usize,
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

    /// Sends an answer, waiting for room. An error goes in the place of one that is too long.
    pub fn send(&self, message: &Outgoing) {
        if self.shared.push(message, true) == Sent::TooLong {
            let instead = message.instead();
            instead.map(|instead| self.shared.push(&instead, true));
        }
    }

    /// Returns the turn to speak. Whoever tells the list of sessions takes it before looking, and whoever answers takes it
    /// for sending: so no answer comes before a list that is older than it.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.shared.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends news, waiting for room.
    pub fn notify(&self, method: &str, params: Value) -> Sent {
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

impl Queue {
    fn is_full(&self) -> bool {
        self.lines.len() >= QUEUE || self.bytes >= QUEUE_BYTES
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

    fn push(&self, message: &Outgoing, may_wait: bool) -> Sent {
        let Ok(mut line) = serde_json::to_string(message) else { return Sent::Gone };
        if line.len() > LINE_LIMIT {
            return Sent::TooLong;
        }
        line.push('\n');
        let mut queue = self.lock();
        while queue.is_full() && !queue.gone {
            if !may_wait {
                return Sent::Yes;
            }
            let Some(waited) = self.wait(queue) else { return Sent::Gone };
            queue = waited;
        }
        if queue.gone {
            return Sent::Gone;
        }
        queue.bytes += line.len();
        queue.lines.push_back(line);
        self.changed.notify_all();
        Sent::Yes
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
                    queue.bytes = queue.bytes.saturating_sub(line.len());
                    shared.changed.notify_all();
                    break line;
                }
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
            let mut queue = shared.lock();
            queue.gone = true;
            (queue.lines, queue.bytes) = (VecDeque::new(), 0);
            shared.changed.notify_all();
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a writer without a writing thread would have said.
    fn said(writer: &Writer) -> Vec<String> {
        writer.shared.lock().lines.drain(..).collect()
    }

    #[test]
    fn no_line_is_longer_than_the_app_takes() {
        let writer = Writer::default();
        let long = "x".repeat(LINE_LIMIT);
        assert_eq!(writer.notify("feed", json!({ "watch": 1, "rows": [long] })), Sent::TooLong);
        assert!(said(&writer).is_empty());
        writer.send(&Outgoing::result(7, json!({ "text": long })));
        let lines = said(&writer);
        let error: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(
            (lines.len(), &error["id"], &error["error"]["data"]["code"]),
            (1, &json!(7), &json!("internal"))
        );
    }

    #[test]
    fn lines_that_wait_take_up_no_more_than_so_many_bytes() {
        let writer = Writer::default();
        writer.notify_if_room("progress", json!({}));
        let line = writer.shared.lock().bytes;
        writer.shared.lock().bytes = QUEUE_BYTES;
        writer.notify_if_room("progress", json!({}));
        writer.shared.lock().bytes = line;
        assert_eq!(said(&writer).len(), 1);
        assert!(line > 0);
    }
}
