//! The user's terminal (or pipes) on one side, a program in a SEE on the other. Moves bytes, window sizes and signals,
//! waits for neither side alone, and leaves the terminal as it was.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpgrp, kill_current_process_group};
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{
    LocalModes, OptionalActions, OutputModes, Termios, isatty, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};
use see_core::engine::client::{Client, Event};
use see_core::engine::request::{Ask, Channel, Size};
use see_core::engine::suspension::CTRL_Z;
use see_core::error::{ErrorCode, Result, SeeError};
use see_sys::signals::SignalQueue;

use crate::args::Tty;
use crate::frozen_question::{Answer, Question};

/// What waits for one side, from which on nothing more is taken from the other.
const HIGH_WATER: usize = 256 * 1024;
/// A write of this size to a pipe that is ready never waits.
const PIECE: usize = 4096;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The program ended with this status; whether others still run in the SEE.
    Exited(i32, bool),
    /// The user's terminal went away; the program goes on.
    HungUp,
}

/// Returns what descriptors 0 to 2 of a program should be.
pub fn channels(tty: Tty) -> [Channel; 3] {
    match tty {
        Tty::Always => [Channel::Terminal; 3],
        Tty::Never => [Channel::Pipe; 3],
        Tty::Auto => {
            [stdin(), stdout(), stderr()].map(|fd| if isatty(fd) { Channel::Terminal } else { Channel::Pipe })
        }
    }
}

/// Returns the size of the user's window.
pub fn window_size() -> Option<Size> {
    let size = [stdin(), stdout(), stderr()].into_iter().find_map(|fd| tcgetwinsize(fd).ok())?;
    (size.ws_row > 0 && size.ws_col > 0).then_some(Size { rows: size.ws_row, cols: size.ws_col })
}

/// The signals that a relay handles. Collect them before the program starts, so that none gets lost.
pub struct Signals(SignalQueue);

impl Signals {
    /// Collects them from now on.
    pub fn collect() -> Result<Self> {
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
        SignalQueue::collect(&signals.map(Signal::as_raw)).map(Self).map_err(|e| failed("signals", e))
    }
}

/// Relays until the program of this session ends or the user's terminal does.
pub fn relay(client: Client, signals: &Signals, session: &str) -> Result<Outcome> {
    let channels = client.channels();
    let asks = channels.first() == Some(&Channel::Terminal) && isatty(stdin());
    let mut relay = Relay {
        terminal: RawTerminal::enter(channels),
        away: false,
        client,
        input_open: true,
        output: Sink::default(),
        error: Sink::default(),
        // A terminal that none of ours stands for shows on stdout.
        terminal_on_error: channels[1] == Channel::Pipe && channels[2] == Channel::Terminal,
        outcome: None,
        question: Question::new(session, asks),
    };
    relay.work(signals)
}

struct Relay {
    client: Client,
    terminal: RawTerminal,
    /// The user has put us into the background: keys and terminal are another program's.
    away: bool,
    input_open: bool,
    output: Sink,
    error: Sink,
    terminal_on_error: bool,
    outcome: Option<Outcome>,
    question: Question,
}

/// Bytes on their way to one of our descriptors.
#[derive(Default)]
struct Sink {
    waiting: Vec<u8>,
    closed: bool,
}

impl Sink {
    /// Writes a piece; the descriptor is ready. Returns whether its reader has gone.
    fn push(&mut self, fd: BorrowedFd<'_>) -> Result<bool> {
        let piece = self.waiting.get(..self.waiting.len().min(PIECE)).unwrap_or_default();
        match rustix::io::write(fd, piece) {
            Ok(count) => {
                self.waiting.drain(..count);
                Ok(false)
            }
            Err(Errno::INTR | Errno::AGAIN) => Ok(false),
            Err(Errno::PIPE | Errno::IO) => {
                self.waiting.clear();
                self.closed = true;
                Ok(true)
            }
            Err(e) => Err(failed("writing", e)),
        }
    }
}

impl Relay {
    fn work(&mut self, signals: &Signals) -> Result<Outcome> {
        loop {
            self.client.push();
            if self.output.waiting.is_empty() && self.error.waiting.is_empty() {
                if let Some(outcome) = self.outcome {
                    return Ok(outcome);
                }
            }
            let ready = self.wait(signals)?;
            if ready.signal {
                while let Some(arrived) = signals.0.next().map_err(|e| failed("signals", e))? {
                    if arrived.signal == Signal::HUP.as_raw() {
                        return Ok(Outcome::HungUp);
                    }
                    match arrived.signal == Signal::CONT.as_raw() {
                        true => self.come_back()?,
                        false => self.pass_on(arrived.signal)?,
                    }
                }
            }
            if ready.input {
                self.take_input()?;
            }
            if ready.client {
                self.take_events()?;
            }
            if ready.output && self.output.push(stdout())? {
                self.client.ask(&Ask::CloseOutput { error: false })?;
            }
            if ready.error && self.error.push(stderr())? {
                self.client.ask(&Ask::CloseOutput { error: true })?;
            }
        }
    }

    fn wait(&self, signals: &Signals) -> Result<Ready> {
        let full = self.output.waiting.len() >= HIGH_WATER || self.error.waiting.len() >= HIGH_WATER;
        let mut from_client = PollFlags::empty();
        from_client.set(PollFlags::IN, !full && self.outcome.is_none());
        from_client.set(PollFlags::OUT, self.client.has_unsent());
        let wanted = |flag, wanted: bool| if wanted { flag } else { PollFlags::empty() };
        let reads = self.input_open && !self.away && !self.client.is_choked() && self.outcome.is_none();
        let input = PollFd::from_borrowed_fd(stdin(), wanted(PollFlags::IN, reads));
        let output =
            PollFd::from_borrowed_fd(stdout(), wanted(PollFlags::OUT, !self.output.waiting.is_empty()));
        let error =
            PollFd::from_borrowed_fd(stderr(), wanted(PollFlags::OUT, !self.error.waiting.is_empty()));
        let client = PollFd::from_borrowed_fd(self.client.as_fd(), from_client);
        let signal = PollFd::new(&signals.0, PollFlags::IN);
        // A descriptor that nothing is wanted of must not wake us by being hung up.
        let mut waits: Vec<(Side, PollFd<'_>)> = vec![(Side::Signal, signal)];
        let choices = [
            (Side::Input, input, reads),
            (Side::Output, output, !self.output.waiting.is_empty()),
            (Side::Error, error, !self.error.waiting.is_empty()),
            (Side::Client, client, !from_client.is_empty()),
        ];
        waits.extend(choices.into_iter().filter(|(.., wanted)| *wanted).map(|(side, fd, _)| (side, fd)));
        let (sides, mut fds): (Vec<Side>, Vec<PollFd<'_>>) = waits.into_iter().unzip();
        match poll(&mut fds, None) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(e) => return Err(failed("waiting", e)),
        }
        let happened =
            |side: Side| sides.iter().zip(&fds).any(|(known, fd)| *known == side && !fd.revents().is_empty());
        Ok(Ready {
            signal: happened(Side::Signal),
            input: happened(Side::Input),
            output: happened(Side::Output),
            error: happened(Side::Error),
            client: happened(Side::Client),
        })
    }

    fn pass_on(&mut self, signal: i32) -> Result<()> {
        if signal != Signal::WINCH.as_raw() {
            return self.client.ask(&Ask::Signal { signal });
        }
        match window_size() {
            Some(size) => self.client.ask(&Ask::Resize { size }),
            None => Ok(()),
        }
    }

    fn take_input(&mut self) -> Result<()> {
        let mut buffer = vec![0_u8; 64 * 1024];
        match rustix::io::read(stdin(), buffer.as_mut_slice()) {
            Ok(0) => {
                self.input_open = false;
                self.client.end_input();
            }
            Ok(count) => {
                let typed = buffer.get(..count).unwrap_or_default();
                match self.question.answer(typed) {
                    Answer::NotAsked => self.type_in(typed)?,
                    Answer::Unclear => {}
                    Answer::Ask(ask) => self.client.ask(&ask)?,
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            // A terminal that went away, or a directory as stdin: nothing will come.
            Err(_) => {
                self.input_open = false;
                self.client.end_input();
            }
        }
        Ok(())
    }

    /// Types to the program; of the key that stops a program, its supervisor says what it means.
    fn type_in(&mut self, bytes: &[u8]) -> Result<()> {
        if !self.terminal.has_keys() {
            self.client.input(bytes);
            return Ok(());
        }
        for (place, piece) in bytes.split(|byte| *byte == CTRL_Z).enumerate() {
            if place > 0 {
                self.client.ask(&Ask::Suspend)?;
            }
            if !piece.is_empty() {
                self.client.input(piece);
            }
        }
        Ok(())
    }

    /// Stops as the program has, and with us whoever is of the same job; goes on when the user's shell says so.
    fn suspend(&mut self) -> Result<()> {
        self.terminal.leave();
        self.away = true;
        kill_current_process_group(Signal::TSTP).map_err(|e| failed("stopping", e))?;
        self.come_back()
    }

    /// Lets the program go on; in the foreground it gets the keys again.
    fn come_back(&mut self) -> Result<()> {
        if self.terminal.is_elsewhere() {
            self.away = true;
        } else {
            self.away = false;
            // We may come here twice for one return. Giving the user's settings back in between would let a key that
            // is typed right then act on the user's terminal: an end of file there hangs up on the program.
            if !self.terminal.holds() {
                self.terminal.forget();
                self.terminal = RawTerminal::enter(self.client.channels());
            }
            self.pass_on(Signal::WINCH.as_raw())?;
        }
        self.client.ask(&Ask::Continue)
    }

    fn take_events(&mut self) -> Result<()> {
        for event in self.client.pull()? {
            match event {
                Event::Output(bytes) => {
                    let sink = if self.terminal_on_error { &mut self.error } else { &mut self.output };
                    if !sink.closed {
                        sink.waiting.extend_from_slice(&bytes);
                    }
                }
                Event::StandardOutput(bytes) if !self.output.closed => {
                    self.output.waiting.extend_from_slice(&bytes);
                }
                Event::StandardError(bytes) if !self.error.closed => {
                    self.error.waiting.extend_from_slice(&bytes);
                }
                Event::StandardOutput(_) | Event::StandardError(_) | Event::Stopped => {}
                Event::Frozen(frozen) => self.error.waiting.extend(self.question.open(&frozen)),
                Event::Resumed => self.error.waiting.extend(self.question.close()),
                Event::Suspended => self.suspend()?,
                Event::Exited(status, others) => self.outcome = Some(Outcome::Exited(status, others)),
                Event::Failed(error) => return Err(error),
                Event::Closed if self.outcome.is_none() => {
                    return Err(SeeError::new(
                        ErrorCode::HelperGone,
                        "The session's supervisor was killed, and the program with it.",
                        "What it changed until then is kept: see it with alcatraz list.",
                    ));
                }
                Event::Closed => {}
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Signal,
    Input,
    Output,
    Error,
    Client,
}

struct Ready {
    signal: bool,
    input: bool,
    output: bool,
    error: bool,
    client: bool,
}

/// The user's terminal while every key belongs to the program. Dropping it brings the former settings back.
struct RawTerminal(Option<Held>);

/// A terminal with other settings than the user's.
struct Held {
    fd: BorrowedFd<'static>,
    before: Termios,
    ours: Termios,
}

impl RawTerminal {
    /// Hands all keys over when the program's input is a terminal. When only its output is, the keys stay the user's,
    /// but lines are ended by the program's terminal alone.
    fn enter(channels: [Channel; 3]) -> Self {
        let [input, output, error] = channels;
        if input == Channel::Terminal && isatty(stdin()) {
            return Self::change(stdin(), |modes| modes.make_raw());
        }
        let shows = [(output, stdout()), (error, stderr())];
        let shown = shows.into_iter().find(|(channel, fd)| *channel == Channel::Terminal && isatty(fd));
        match shown {
            Some((_, fd)) => Self::change(fd, |modes| modes.output_modes.remove(OutputModes::OPOST)),
            None => Self(None),
        }
    }

    /// Tells whether every key goes to the program.
    fn has_keys(&self) -> bool {
        self.0.as_ref().is_some_and(|held| held.before.local_modes.contains(LocalModes::ISIG))
    }

    /// Tells whether the terminal still has our settings: the user's shell sets its own when it comes to the front.
    fn holds(&self) -> bool {
        let Some(held) = &self.0 else { return false };
        tcgetattr(held.fd).is_ok_and(|now| {
            now.local_modes == held.ours.local_modes
                && now.input_modes == held.ours.input_modes
                && now.output_modes == held.ours.output_modes
        })
    }

    /// Others have set the terminal since: what it was before us no longer counts.
    fn forget(&mut self) {
        self.0 = None;
    }

    /// Tells whether another program of the user's login session has the terminal now.
    fn is_elsewhere(&self) -> bool {
        tcgetpgrp(stdin()).is_ok_and(|front| front != getpgrp())
    }

    /// Brings the user's settings back.
    fn leave(&mut self) {
        if let Some(held) = self.0.take() {
            // A terminal that is gone has no settings to bring back.
            let _ = tcsetattr(held.fd, OptionalActions::Drain, &held.before);
        }
    }

    fn change(fd: BorrowedFd<'static>, how: impl FnOnce(&mut Termios)) -> Self {
        let Ok(before) = tcgetattr(fd) else { return Self(None) };
        let mut ours = before.clone();
        how(&mut ours);
        match tcsetattr(fd, OptionalActions::Drain, &ours) {
            Ok(()) => Self(Some(Held { fd, before, ours })),
            Err(_) => Self(None),
        }
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        self.leave();
    }
}

fn failed(what: &str, errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Io,
        format!("The terminal or pipe failed ({what}): {errno}."),
        "The program goes on; see it with alcatraz list.",
    )
}
