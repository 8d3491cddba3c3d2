//! The signals that this process takes instead of being ended by them, while a program runs and while it asks.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, kill_current_process_group};
use rustix::stdio::stdin;
use see_core::engine::request::Channel;
use see_core::error::Result;
use see_sys::signals::{Arrived, SignalQueue, is_ignored};

use crate::progress::ending;
use crate::raw_terminal::is_elsewhere;
use crate::terminal_relay::failed;

/// The signals that a relay handles. Collect them before the program starts, so that none gets lost.
pub struct Signals(SignalQueue);

impl Signals {
    /// Collects them from now on, for a program whose descriptors 0 to 2 are these.
    pub fn collect(channels: [Channel; 3]) -> Result<Self> {
        // On a terminal the key for it is the program's, and what the program then does is ours.
        let key = (!channels.contains(&Channel::Terminal)).then_some(Signal::TSTP);
        let signals = [
            Signal::WINCH,
            Signal::CONT,
            Signal::TERM,
            Signal::INT,
            Signal::QUIT,
            Signal::HUP,
            Signal::USR1,
            Signal::USR2,
        ];
        // Whom `nohup` started goes on without a terminal.
        let wanted: Vec<i32> = signals
            .into_iter()
            .chain(key)
            .map(Signal::as_raw)
            .filter(|signal| !is_ignored(*signal))
            .collect();
        SignalQueue::collect(&wanted).map(Self).map_err(|e| failed("signals", e))
    }

    /// Returns the next one that has arrived.
    pub fn next(&self) -> Result<Option<Arrived>> {
        self.0.next().map_err(|e| failed("signals", e))
    }

    /// Returns the queue, for a process that takes over.
    pub fn queue(&self) -> &SignalQueue {
        &self.0
    }

    /// Lets signals end this process again, as they do while no program runs.
    pub fn release(self) -> Result<()> {
        // Whoever has pressed Ctrl-C twice meant the program, which has ended.
        while self.next()?.is_some() {}
        self.0.release().map_err(|e| failed("signals", e))
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Asks, and waits for a line on stdin, between programs. Returns whether there is one: a signal that would end this
/// process comes instead of it, also at the moment when the question stands there.
pub fn wait_for_answer(ask: impl FnOnce()) -> bool {
    // In the background a question waits as any program that reads there: stopped, until it is in front again.
    if is_elsewhere() && kill_current_process_group(Signal::TTIN).is_err() {
        return false;
    }
    let Ok(signals) = SignalQueue::collect(&ending()) else { return false };
    ask();
    let mut waits = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN), PollFd::new(&signals, PollFlags::IN)];
    while poll(&mut waits, None) == Err(Errno::INTR) {}
    let ended = matches!(signals.next(), Ok(Some(_)));
    signals.release().is_ok() && !ended
}
