//! Bytes on their way to one of our descriptors. Knows no program: what to do when nobody reads any more is others' business.

use std::io::Write as _;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::termios::isatty;
use see_core::policy::Clipboard;

use crate::terminal_sieve::Sieve;

/// A write of this size to a pipe that is ready never waits.
const PIECE: usize = 4096;

/// What a descriptor is to get.
#[derive(Default)]
pub struct Sink {
    /// What it has not got yet.
    pub waiting: Vec<u8>,
    /// Nobody takes anything any more.
    pub closed: bool,
    /// What keeps programs from the clipboard and from orders, where this is a terminal.
    sieve: Option<Sieve>,
}

impl Sink {
    /// Returns one for a descriptor of ours. What goes into a file or pipe is the program's own, byte for byte.
    pub fn of(fd: BorrowedFd<'_>, clipboard: Clipboard) -> Self {
        let sieve = if clipboard.goes_out() { Sieve::open() } else { Sieve::default() };
        Self { sieve: isatty(fd).then_some(sieve), ..Self::default() }
    }

    /// Keeps its programs from the clipboard from now on.
    pub fn keep_from_clipboard(&mut self) {
        if let Some(sieve) = &mut self.sieve {
            sieve.close(&mut self.waiting);
        }
    }

    /// Queues bytes of a program's.
    pub fn add(&mut self, bytes: &[u8]) {
        match &mut self.sieve {
            _ if self.closed => {}
            Some(sieve) => sieve.strain(bytes, &mut self.waiting),
            None => self.waiting.extend_from_slice(bytes),
        }
    }

    /// Writes a piece; the descriptor is ready. Returns whether its reader has gone.
    pub fn push(&mut self, fd: BorrowedFd<'_>) -> bool {
        let piece = self.waiting.get(..self.waiting.len().min(PIECE)).unwrap_or_default();
        match rustix::io::write(fd, piece) {
            Ok(count) => {
                self.waiting.drain(..count);
                false
            }
            Err(Errno::INTR | Errno::AGAIN) => false,
            Err(errno) => {
                if errno != Errno::PIPE {
                    // A full disk, for instance: natively the program would hear of it, and go on or end as it likes.
                    let _ = writeln!(std::io::stderr(), "alcatraz: the output cannot be written: {errno}");
                }
                self.waiting.clear();
                self.closed = true;
                true
            }
        }
    }

    /// Writes all of it, however long that takes. Returns whether its reader has gone.
    pub fn flush(&mut self, fd: BorrowedFd<'_>) -> bool {
        while !self.waiting.is_empty() {
            let mut wait = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
            if poll(&mut wait, None).is_ok() && self.push(fd) {
                return true;
            }
        }
        false
    }
}
