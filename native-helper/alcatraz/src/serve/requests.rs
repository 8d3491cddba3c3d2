//! The requests under way: who may be cancelled, how progress is told, and the threads that do the work.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::monitor::{Monitor, Phase};

use super::messages::Progress;
use super::writer::Writer;

/// Most requests under way at once.
const LIMIT: usize = 256;
/// Shortest time between two tellings of progress within one phase.
const PROGRESS_PAUSE: Duration = Duration::from_millis(50);

/// The requests under way, by number.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    cancelled: Arc<Mutex<HashMap<i64, Arc<AtomicBool>>>>,
}

impl Requests {
    /// Adds a request and returns the flag that cancels it. Fails when its number is in use or there are too many.
    pub fn begin(&self, id: i64) -> Result<Arc<AtomicBool>> {
        let mut all = self.all();
        if all.len() >= LIMIT || all.contains_key(&id) {
            return Err(SeeError::new(
                ErrorCode::BadRequest,
                format!("Request {id} cannot be taken: its number is in use, or too many are under way."),
                "Wait for some answers first.",
            ));
        }
        let flag = Arc::new(AtomicBool::new(false));
        all.insert(id, Arc::clone(&flag));
        Ok(flag)
    }

    /// Forgets a request that was answered.
    pub fn end(&self, id: i64) {
        self.all().remove(&id);
    }

    /// Asks the work of a request to give up. A request that is over is left alone.
    pub fn cancel(&self, id: i64) {
        if let Some(flag) = self.all().get(&id) {
            flag.store(true, Ordering::Relaxed);
        }
    }

    /// Asks all work to give up.
    pub fn cancel_all(&self) {
        for flag in self.all().values() {
            flag.store(true, Ordering::Relaxed);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<i64, Arc<AtomicBool>>> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the app how far a request is.
pub struct RequestMonitor {
    id: i64,
    cancelled: Arc<AtomicBool>,
    writer: Writer,
    last: Mutex<Option<(Phase, Instant)>>,
}

impl RequestMonitor {
    /// Returns the monitor of request `id`.
    pub fn new(id: i64, cancelled: Arc<AtomicBool>, writer: Writer) -> Self {
        Self { id, cancelled, writer, last: Mutex::new(None) }
    }
}

impl Monitor for RequestMonitor {
    fn progress(&self, phase: Phase, done: u64, total: Option<u64>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let complete = total == Some(done);
        let due = last.is_none_or(|(was, when)| was != phase || when.elapsed() >= PROGRESS_PAUSE || complete);
        if !due {
            return;
        }
        *last = Some((phase, Instant::now()));
        let progress = Progress { request: self.id, phase, done, total };
        if let Ok(params) = serde_json::to_value(progress) {
            self.writer.notify_if_room("progress", params);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// Threads that take jobs in the order in which they came.
pub struct Pool {
    jobs: Sender<Job>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Pool {
    /// Starts that many threads.
    pub fn start(threads: usize) -> Self {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let threads = (0..threads)
            .map(|_| {
                let queue = Arc::clone(&queue);
                std::thread::spawn(move || {
                    while let Some(job) = next_job(&queue) {
                        job()
                    }
                })
            })
            .collect();
        Self { jobs, threads }
    }

    /// Queues a job.
    pub fn submit(&self, job: Job) {
        // The threads outlive every use of the pool: they end only in `finish`.
        let _ = self.jobs.send(job);
    }

    /// Waits until all jobs are done.
    pub fn finish(self) {
        drop(self.jobs);
        for thread in self.threads {
            let _ = thread.join();
        }
    }
}

fn next_job(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}
