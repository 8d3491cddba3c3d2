//! Bytes between a supervisor and one program or client, never waiting for either. Knows frames, not sessions.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer};

use crate::error::Result;

use super::halted;
use super::request::{Channel, ProgramSpec, Tell};
use super::wire::{self, CHUNK, Frame, Kind};

/// Output that a client has not taken yet, from which on its program is not read.
const HIGH_WATER: usize = 256 * 1024;
/// More than a pipe can hold.
const AFTER_END: usize = 2 * 1024 * 1024;
/// What a new client is shown of what came before.
const SCROLLBACK: usize = 256 * 1024;

/// Makes reads and writes return at once.
pub fn never_wait(fd: BorrowedFd<'_>) -> std::result::Result<(), Errno> {
    let flags = rustix::fs::fcntl_getfl(fd)?;
    rustix::fs::fcntl_setfl(fd, flags | OFlags::NONBLOCK)
}

/// A program and the supervisor's ends of its terminal and pipes.
#[derive(Debug)]
pub struct Program {
    /// Its number.
    pub number: u32,
    /// Its words.
    pub command: Vec<Vec<u8>>,
    /// What descriptors 0 to 2 are.
    pub channels: [Channel; 3],
    master: Option<OwnedFd>,
    /// The terminal's other end, held so that it is never without one. A program may close its own before it ends, as
    /// the coreutils do: the master would say that all is over, and closing it would hang up on the program.
    slave: Option<OwnedFd>,
    input: Option<OwnedFd>,
    output: Option<OwnedFd>,
    error: Option<OwnedFd>,
    waiting_input: Vec<u8>,
    input_ends: bool,
    scrollback: Vec<u8>,
    /// When a key was typed that stops the program, until it is known whether it did.
    pub key_at: Option<Instant>,
    /// Whether it was stopped, and somebody is to say when it goes on.
    pub is_stopped: bool,
    /// Its status, once it ended.
    pub exited: Option<i32>,
    ended_at: Option<Instant>,
    /// Bytes read since.
    after_end: usize,
    /// Whether everything that it wrote before its end was read.
    drained: bool,
    /// Whether its end was told to its clients.
    pub told: bool,
}

impl Program {
    /// Returns a program that was asked for and has no descriptors yet.
    pub fn new(number: u32, spec: &ProgramSpec) -> Self {
        Self {
            number,
            command: spec.command.clone(),
            channels: spec.channels,
            master: None,
            slave: None,
            input: None,
            output: None,
            error: None,
            waiting_input: Vec::new(),
            input_ends: false,
            scrollback: Vec::new(),
            key_at: None,
            is_stopped: false,
            exited: None,
            ended_at: None,
            after_end: 0,
            drained: false,
            told: false,
        }
    }

    /// Takes the descriptors that its init sent: the master, then the pipes in order.
    pub fn connect(&mut self, ends: Vec<OwnedFd>) -> Result<()> {
        for end in &ends {
            never_wait(end.as_fd()).map_err(wire::gone)?;
        }
        let mut ends = ends.into_iter();
        if self.channels.contains(&Channel::Terminal) {
            self.master = ends.next();
            let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
            // A terminal that was hung up already needs none.
            self.slave = self.master.as_ref().and_then(|master| ioctl_tiocgptpeer(master, flags).ok());
        }
        for (channel, slot) in self.channels.iter().zip([&mut self.input, &mut self.output, &mut self.error])
        {
            if *channel == Channel::Pipe {
                *slot = ends.next();
            }
        }
        Ok(())
    }

    /// Returns the pty's master.
    pub fn terminal(&self) -> Option<BorrowedFd<'_>> {
        self.master.as_ref().map(AsFd::as_fd)
    }

    /// Returns what was shown last.
    pub fn scrollback(&self) -> &[u8] {
        &self.scrollback
    }

    /// Takes bytes for the program's terminal or standard input.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.terminal().is_some_and(|terminal| halted::is_key(terminal, bytes)) {
            self.key_at = Some(Instant::now());
        }
        self.waiting_input.extend_from_slice(bytes);
    }

    /// Ends standard input after what was fed: closes the pipe, or types the terminal's end-of-file character.
    pub fn end_input(&mut self) {
        match self.channels {
            [Channel::Terminal, ..] => self.waiting_input.push(4),
            [Channel::Pipe, ..] => self.input_ends = true,
        }
    }

    /// Tells whether more input would only pile up.
    pub fn is_choked(&self) -> bool {
        self.waiting_input.len() >= HIGH_WATER
    }

    /// Writes what the program takes now.
    pub fn push_input(&mut self) {
        while !self.waiting_input.is_empty() {
            let target =
                if self.channels.first() == Some(&Channel::Terminal) { &self.master } else { &self.input };
            let Some(target) = target else {
                self.waiting_input.clear();
                break;
            };
            match rustix::io::write(target, &self.waiting_input) {
                Ok(count) => {
                    self.waiting_input.drain(..count);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                // The program closed its input or is gone.
                Err(_) => {
                    self.waiting_input.clear();
                    self.input = None;
                }
            }
        }
        if self.input_ends {
            self.input = None;
        }
    }

    /// Reads what the program wrote, at most one chunk from each end, and hands it on. Returns whether there may be more.
    pub fn pull_output(&mut self, mut hand_on: impl FnMut(Kind, &[u8])) -> bool {
        let mut more = false;
        let mut buffer = vec![0_u8; CHUNK];
        let ends = [
            (&mut self.master, Kind::Output),
            (&mut self.output, Kind::StandardOutput),
            (&mut self.error, Kind::StandardError),
        ];
        for (end, kind) in ends {
            let Some(fd) = end else { continue };
            match rustix::io::read(fd, buffer.as_mut_slice()) {
                Ok(0) => *end = None,
                Ok(count) => {
                    let bytes = buffer.get(..count).unwrap_or_default();
                    self.scrollback.extend_from_slice(bytes);
                    hand_on(kind, bytes);
                    self.after_end += if self.exited.is_some() { count } else { 0 };
                    more = true;
                }
                Err(Errno::INTR) => more = true,
                Err(Errno::AGAIN) => {}
                Err(_) => *end = None,
            }
        }
        if self.exited.is_some() {
            // What is there when a program ended is its own; what others write later into the same ends may never stop.
            self.drained |= !more || self.after_end > AFTER_END;
        }
        let surplus = self.scrollback.len().saturating_sub(SCROLLBACK);
        self.scrollback.drain(..surplus);
        more
    }

    /// Notes the program's end.
    pub fn end(&mut self, status: i32) {
        self.exited = Some(status);
        (self.is_stopped, self.key_at) = (false, None);
        self.ended_at = Some(Instant::now());
        // From now on the terminal ends when nobody inside has it any more.
        self.slave = None;
    }

    /// Tells whether the program ended at least so long ago.
    pub fn has_ended_for(&self, time: Duration) -> bool {
        self.ended_at.is_some_and(|at| at.elapsed() >= time)
    }

    /// Tells whether the program ended and everything that it wrote was read.
    pub fn is_drained(&self) -> bool {
        self.drained
    }

    /// Tells whether somebody can still write to what the program wrote to.
    pub fn is_open(&self) -> bool {
        self.master.is_some() || self.output.is_some() || self.error.is_some()
    }

    /// Closes standard output or standard error: nobody reads it, and the program shall know.
    pub fn close_output(&mut self, error: bool) {
        if error {
            self.error = None;
        } else {
            self.output = None;
        }
    }

    /// Lets go of the terminal and the pipes.
    pub fn disconnect(&mut self) {
        self.master = None;
        self.slave = None;
        self.input = None;
        self.output = None;
        self.error = None;
    }

    /// Returns the descriptors to wait for, and for what. `quiet` leaves output unread.
    pub fn waits(&self, quiet: bool) -> Vec<(BorrowedFd<'_>, PollFlags)> {
        let wants_write = !self.waiting_input.is_empty();
        let to_terminal = self.channels.first() == Some(&Channel::Terminal);
        let ends = [
            (&self.master, true, to_terminal),
            (&self.input, false, !to_terminal),
            (&self.output, true, false),
            (&self.error, true, false),
        ];
        ends.into_iter()
            .filter_map(|(end, reads, writes)| {
                let mut flags = PollFlags::empty();
                flags.set(PollFlags::IN, reads && !quiet);
                flags.set(PollFlags::OUT, writes && wants_write);
                let fd = end.as_ref().filter(|_| !flags.is_empty())?;
                Some((fd.as_fd(), flags))
            })
            .collect()
    }
}

/// A connected client.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    received: Vec<u8>,
    unsent: Vec<u8>,
    /// The program that it sees and types to.
    pub program: Option<u32>,
    /// Whether it was told that it does: from then on it hears what all are told. Before, and on a connection that only asks
    /// something, that would be taken for the answer.
    pub watches: bool,
    /// Whether it started that program: its standard input is the program's.
    pub is_starter: bool,
    /// Whether nothing more is wanted of it.
    pub gone: bool,
    /// Whether it gets no more than what waits for it.
    pub leaving: bool,
}

impl Client {
    /// Takes over a connection.
    pub fn new(stream: UnixStream) -> Result<Self> {
        never_wait(stream.as_fd()).map_err(wire::gone)?;
        Ok(Self {
            stream,
            received: Vec::new(),
            unsent: Vec::new(),
            program: None,
            watches: false,
            is_starter: false,
            gone: false,
            leaving: false,
        })
    }

    /// Queues a message.
    pub fn tell(&mut self, tell: &Tell) -> Result<()> {
        Frame::message(tell)?.encode(&mut self.unsent);
        Ok(())
    }

    /// Queues output, in frames.
    pub fn show(&mut self, kind: Kind, bytes: &[u8]) {
        for piece in bytes.chunks(CHUNK) {
            wire::encode(kind, piece, &mut self.unsent);
        }
    }

    /// Tells whether more output would only pile up.
    pub fn is_full(&self) -> bool {
        self.unsent.len() >= HIGH_WATER
    }

    /// Sends what the client takes now.
    pub fn push(&mut self) {
        while !self.unsent.is_empty() && !self.gone {
            match rustix::net::send(&self.stream, &self.unsent, rustix::net::SendFlags::NOSIGNAL) {
                Ok(count) => {
                    self.unsent.drain(..count);
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.gone = true,
            }
        }
        if self.leaving && self.unsent.is_empty() {
            self.gone = true;
        }
    }

    /// Reads what came and returns the frames that are whole. A client that speaks nonsense is cut off.
    pub fn pull(&mut self) -> Vec<Frame> {
        let mut buffer = vec![0_u8; CHUNK];
        match rustix::net::recv(&self.stream, buffer.as_mut_slice(), rustix::net::RecvFlags::empty()) {
            Ok((_, 0)) => self.gone = true,
            Ok((_, count)) => self.received.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => self.gone = true,
        }
        let mut frames = Vec::new();
        loop {
            match wire::decode(&mut self.received) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return frames,
                Err(_) => {
                    self.gone = true;
                    return frames;
                }
            }
        }
    }

    /// Returns the connection and what to wait for. `choked` leaves what it sends unread.
    pub fn wait(&self, choked: bool) -> (BorrowedFd<'_>, PollFlags) {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, !choked);
        flags.set(PollFlags::OUT, !self.unsent.is_empty());
        (self.stream.as_fd(), flags)
    }
}
