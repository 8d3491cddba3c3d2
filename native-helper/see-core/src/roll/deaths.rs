//! Waits for processes that end without having said so. A thread of its own.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use crate::error::{ErrorCode, Reason, Result, SeeError};

use super::who::Roll;

/// Stands for the end of the waiting.
const END: u64 = u64::MAX;
/// Ends that come within this time are noted together: to be woken for each would cost the programs as much again.
const TOGETHER: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };

/// What is waited for.
#[derive(Debug)]
pub struct Waits {
    epoll: OwnedFd,
    end: OwnedFd,
}

impl Waits {
    /// Returns no waits yet.
    pub fn new() -> std::result::Result<Self, Errno> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let end = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        epoll::add(&epoll, &end, EventData::new_u64(END), EventFlags::IN)?;
        Ok(Self { epoll, end })
    }

    /// Waits for the end of a process as well, until its descriptor is closed.
    pub fn add(&self, process: u32, descriptor: BorrowedFd<'_>) -> std::result::Result<(), Errno> {
        let flags = EventFlags::IN | EventFlags::ET;
        epoll::add(&self.epoll, descriptor, EventData::new_u64(u64::from(process)), flags)
    }

    /// Waits. Returns the processes of which something is to be told; none when nothing will be any more.
    fn next(&self) -> Vec<u32> {
        let mut events = Vec::with_capacity(64);
        loop {
            match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), None) {
                Ok(_) => break,
                Err(Errno::INTR) => {}
                Err(_) => return Vec::new(),
            }
        }
        let processes: Vec<u64> = events.iter().map(|event| event.data.u64()).collect();
        if processes.contains(&END) {
            Vec::new()
        } else {
            processes.into_iter().filter_map(|p| u32::try_from(p).ok()).collect()
        }
    }

    /// Lets more ends come together. Not where one has to be asked before it is collected.
    fn pause(&self) {
        if see_sys::pidfd::tells_end() {
            let mut end = [PollFd::new(&self.end, PollFlags::IN)];
            // Woken too early it looks too early: no harm.
            let _ = poll(&mut end, Some(&TOGETHER));
        }
    }

    fn stop(&self) {
        // Fails only when the counter is full, and then the thread is awake.
        let _ = rustix::io::write(&self.end, &1_u64.to_ne_bytes());
    }
}

/// Tells whether a process is over.
pub fn is_over(descriptor: &OwnedFd) -> bool {
    let mut wait = [PollFd::new(descriptor, PollFlags::IN)];
    matches!(poll(&mut wait, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(1))
}

/// The thread that waits.
#[derive(Debug)]
pub struct Deaths {
    roll: Arc<Roll>,
    thread: Option<JoinHandle<()>>,
}

impl Deaths {
    /// Begins to wait.
    pub fn watch(roll: Arc<Roll>) -> Result<Self> {
        let theirs = Arc::clone(&roll);
        let thread = std::thread::Builder::new().name("deaths".into()).spawn(move || {
            loop {
                let processes = theirs.waits().next();
                if processes.is_empty() {
                    return;
                }
                processes.into_iter().for_each(|process| theirs.died(process));
                theirs.waits().pause();
            }
        });
        let thread = thread.map_err(|error| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("The programs of the SEE cannot be recorded: {error}."),
                "Let other programs end, then try again.",
            )
            .because(Reason::NoRecord)
        })?;
        Ok(Self { roll, thread: Some(thread) })
    }
}

impl Drop for Deaths {
    fn drop(&mut self) {
        self.roll.waits().stop();
        if let Some(thread) = self.thread.take() {
            // A panic was told by its own message.
            let _ = thread.join();
        }
    }
}

/// Returns the wait status of a process that is over, from whoever tells it: `Some(None)` when nobody does any more, `None` while it
/// is there.
pub fn status_of(process: u32, descriptor: &OwnedFd) -> Option<Option<i32>> {
    // Once it has been collected the descriptor tells, until then its number.
    let collected = || see_sys::pidfd::wait_status(descriptor.as_fd());
    let told = collected();
    if told.is_none() && !is_over(descriptor) {
        return None;
    }
    Some(told.or_else(|| super::process::wait_status(process)).or_else(collected))
}
