//! The user's terminal (or pipes) on one side, a program in a SEE on the other. Moves bytes, window sizes and signals,
//! waits for neither side alone, and leaves the terminal as it was.

use std::os::fd::AsFd as _;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, fstat, lstat};
use rustix::io::Errno;
use rustix::process::{Signal, kill_current_process_group};
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{isatty, tcgetwinsize};
use see_core::engine::client::{Client, Ended, Event};
use see_core::engine::request::{Ask, Channel, Size};
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::path::HostPath;
use see_core::policy::Clipboard;
use see_sys::signals::{Arrived, stop_self};

use crate::args::Tty;
use crate::frozen_question::{Answer, Question};
use crate::left_behind;
use crate::raw_terminal::{RawTerminal, forget_keys, is_elsewhere};
use crate::signals::Signals;
use crate::sink::Sink;

/// What waits for one side, from which on nothing more is taken from the other.
const HIGH_WATER: usize = 256 * 1024;
/// How often a relay in the background looks whether it is in front again: a shell tells only who was stopped.
const LOOK_AROUND: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// What a shell tells of a program that a signal ended: its terminal closed, or somebody pressed Ctrl-C.
const HUNG_UP: i32 = 129;
const INTERRUPTED: i32 = 130;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The program ended with this status; whether others still run in the SEE.
    Exited(i32, bool),
    /// The user's terminal went away, or its user from the program; that stays as it is. What to end with.
    Left(i32),
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

/// Returns the file that standard input comes from, as it is named now; `None` when it is none, or has no name any more.
pub fn input_file() -> Option<HostPath> {
    let here =
        fstat(stdin()).ok().filter(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)?;
    let path = HostPath::new(std::fs::read_link("/proc/self/fd/0").ok()?.as_os_str().as_encoded_bytes())?;
    let named = lstat(path.as_path()).ok()?;
    ((named.st_dev, named.st_ino) == (here.st_dev, here.st_ino)).then_some(path)
}

/// Returns the size of the user's window.
pub fn window_size() -> Option<Size> {
    let size = [stdin(), stdout(), stderr()].into_iter().find_map(|fd| tcgetwinsize(fd).ok())?;
    (size.ws_row > 0 && size.ws_col > 0).then_some(Size { rows: size.ws_row, cols: size.ws_col })
}

/// Relays until the program of this session ends or the user's terminal does. Without a session's name nobody is asked here what a
/// frozen one needs: whoever shows this terminal does. `clipboard` is the policy's.
pub fn relay(
    client: Client,
    signals: &Signals,
    session: Option<&str>,
    clipboard: Clipboard,
) -> Result<Outcome> {
    let channels = client.channels();
    let [input, shown @ ..] = channels;
    let asks = input == Channel::Terminal && isatty(stdin()) && shown.contains(&Channel::Terminal);
    // Begun in the background (`alcatraz run … &`), whoever touches the terminal is stopped.
    let away = is_elsewhere();
    let mut relay = Relay {
        terminal: if away { RawTerminal::untouched() } else { RawTerminal::enter(channels) },
        away,
        goes_on: None,
        has_keyboard: isatty(stdin()),
        client,
        input_open: true,
        output: Sink::of(stdout(), clipboard),
        error: Sink::of(stderr(), clipboard),
        terminal_on_error: left_behind::shows_on_error(channels),
        ended: None,
        question: Question::new(session, asks),
        left: false,
        unseen: false,
        held_back: Vec::new(),
    };
    relay.work(signals)
}

struct Relay {
    client: Client,
    terminal: RawTerminal,
    /// The user has put us into the background: keys and terminal are another program's.
    away: bool,
    /// The program was asked to go on, in the background or not, and has not answered yet.
    goes_on: Option<bool>,
    /// What comes from stdin was typed.
    has_keyboard: bool,
    input_open: bool,
    output: Sink,
    error: Sink,
    terminal_on_error: bool,
    ended: Option<Ended>,
    question: Question,
    /// Somebody has had enough of this terminal.
    left: bool,
    /// The question is on its way to the terminal: what was typed until it stands there is no answer to it.
    unseen: bool,
    /// What the program wrote to its terminal before it was frozen, and came after the question: it would paint over it.
    held_back: Vec<u8>,
}

impl Relay {
    fn work(&mut self, signals: &Signals) -> Result<Outcome> {
        loop {
            self.client.push();
            if self.output.waiting.is_empty() && self.error.waiting.is_empty() {
                if std::mem::take(&mut self.unseen) {
                    forget_keys();
                }
                if let Some(Ended { status, others, open }) = self.ended {
                    if open {
                        let shown = [&mut self.output, &mut self.error].map(std::mem::take);
                        left_behind::pass_on(&mut self.client, signals.queue(), shown)?;
                    }
                    return Ok(Outcome::Exited(status, others));
                }
            }
            let ready = self.wait(signals)?;
            if self.away && !is_elsewhere() {
                self.come_back()?;
            }
            if ready.signal {
                while let Some(arrived) = signals.next()? {
                    if arrived.signal == Signal::HUP.as_raw() {
                        return Ok(Outcome::Left(HUNG_UP));
                    }
                    match arrived.signal == Signal::CONT.as_raw() {
                        true => self.come_back()?,
                        false => self.pass_on(arrived)?,
                    }
                }
            }
            if ready.input {
                self.take_input()?;
                if self.left {
                    return Ok(Outcome::Left(INTERRUPTED));
                }
            }
            if ready.client {
                self.take_events()?;
            }
            if ready.output && self.output.push(stdout()) {
                self.client.ask(&Ask::CloseOutput { error: false })?;
            }
            if ready.error && self.error.push(stderr()) {
                self.client.ask(&Ask::CloseOutput { error: true })?;
            }
        }
    }

    fn wait(&self, signals: &Signals) -> Result<Ready> {
        let full = self.output.waiting.len() >= HIGH_WATER || self.error.waiting.len() >= HIGH_WATER;
        let mut from_client = PollFlags::empty();
        from_client.set(PollFlags::IN, !full && self.ended.is_none());
        from_client.set(PollFlags::OUT, self.client.has_unsent());
        let wanted = |flag, wanted: bool| if wanted { flag } else { PollFlags::empty() };
        let ours = !(self.unseen || self.away && self.has_keyboard);
        let reads = self.input_open && ours && !self.client.is_choked() && self.ended.is_none();
        let input = PollFd::from_borrowed_fd(stdin(), wanted(PollFlags::IN, reads));
        let output =
            PollFd::from_borrowed_fd(stdout(), wanted(PollFlags::OUT, !self.output.waiting.is_empty()));
        let error =
            PollFd::from_borrowed_fd(stderr(), wanted(PollFlags::OUT, !self.error.waiting.is_empty()));
        let client = PollFd::from_borrowed_fd(self.client.as_fd(), from_client);
        let signal = PollFd::new(signals, PollFlags::IN);
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
        match poll(&mut fds, self.away.then_some(&LOOK_AROUND)) {
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

    fn pass_on(&mut self, arrived: Arrived) -> Result<()> {
        let Arrived { signal, sender } = arrived;
        if signal == Signal::WINCH.as_raw() {
            return self.pass_on_size();
        }
        // What the kernel sends comes from a key, and is for everybody of the job.
        self.client.ask(&Ask::Signal { signal, group: sender == 0 })?;
        if signal == Signal::TSTP.as_raw() {
            self.client.push();
            // Whatever it was asked before, it is to be asked again.
            self.goes_on = None;
            stop_self();
        }
        Ok(())
    }

    fn pass_on_size(&mut self) -> Result<()> {
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
                    Answer::NotAsked => self.client.input(typed),
                    Answer::Unclear(again) => self.error.waiting.extend(again),
                    Answer::Leave(last) => {
                        self.error.waiting.extend(last);
                        self.error.flush(stderr());
                        self.left = true;
                    }
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

    /// What shows the program's terminal.
    fn shown(&mut self) -> &mut Sink {
        if self.terminal_on_error { &mut self.error } else { &mut self.output }
    }

    fn unfreeze(&mut self) {
        let was_asked = self.question.is_asked();
        let text = self.question.close();
        let sink = if was_asked { self.shown() } else { &mut self.error };
        sink.waiting.extend(text);
        self.let_through();
    }

    /// Shows what was held back.
    fn let_through(&mut self) {
        let held_back = std::mem::take(&mut self.held_back);
        self.shown().add(&held_back);
    }

    /// Stops as the program has, and with us whoever is of the same job; goes on when the user's shell says so, or at once
    /// where no shell could.
    fn suspend(&mut self) -> Result<()> {
        // What a program says before it stops, puts the user's screen in order.
        if self.output.flush(stdout()) {
            self.client.ask(&Ask::CloseOutput { error: false })?;
        }
        if self.error.flush(stderr()) {
            self.client.ask(&Ask::CloseOutput { error: true })?;
        }
        if self.away && !is_elsewhere() {
            // Stopped for what it did in the background, where it no longer is.
            return self.come_back();
        }
        self.terminal.leave();
        self.away = true;
        kill_current_process_group(Signal::TSTP).map_err(|e| failed("stopping", e))?;
        self.come_back()
    }

    /// Lets the program go on; in the foreground it gets the keys again.
    fn come_back(&mut self) -> Result<()> {
        self.away = is_elsewhere();
        if !self.away {
            // We may come here twice for one return. Giving the user's settings back in between would let a key that
            // is typed right then act on the user's terminal: an end of file there hangs up on the program.
            if !self.terminal.holds() {
                self.terminal.forget();
                self.terminal = RawTerminal::enter(self.client.channels());
            }
            self.pass_on_size()?;
        }
        // For one return we come here twice. Asked twice, a program that is stopped in between would go on.
        if self.goes_on.replace(self.away) == Some(self.away) {
            return Ok(());
        }
        self.client.ask(&Ask::Continue { behind: self.away })
    }

    fn take_events(&mut self) -> Result<()> {
        for event in self.client.pull()? {
            match event {
                // Beyond that much it is not held back: whoever is frozen cannot write so much.
                Event::Output(bytes) if self.question.is_asked() && self.held_back.len() < HIGH_WATER => {
                    self.held_back.extend(bytes);
                }
                Event::Output(bytes) => self.shown().add(&bytes),
                Event::StandardOutput(bytes) => self.output.add(&bytes),
                Event::StandardError(bytes) => self.error.add(&bytes),
                Event::Stopped => {}
                Event::ClipboardEnded => {
                    self.output.keep_from_clipboard();
                    self.error.keep_from_clipboard();
                }
                Event::Frozen(frozen) => {
                    let text = self.question.open(&frozen);
                    self.unseen = self.question.is_asked();
                    let sink = if self.unseen { self.shown() } else { &mut self.error };
                    sink.waiting.extend(text);
                }
                Event::Resumed => self.unfreeze(),
                // What was told before it was let go on again, is over.
                Event::Suspended if self.goes_on.is_some() => {}
                Event::Suspended => self.suspend()?,
                Event::Continued(behind) => self.goes_on = self.goes_on.filter(|asked| *asked != behind),
                Event::Exited(ended) => {
                    self.let_through();
                    self.ended = Some(ended);
                }
                Event::Failed(error) => return Err(error),
                Event::Closed if self.ended.is_none() => {
                    return Err(SeeError::new(
                        ErrorCode::HelperGone,
                        "The session's supervisor was killed, and the program with it.",
                        "What it changed until then is kept: see it with alcatraz list.",
                    ));
                }
                // Nothing more comes.
                Event::Closed => self.ended.iter_mut().for_each(|ended| ended.open = false),
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

/// Returns the error for the user's side.
pub fn failed(what: &str, errno: Errno) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::Io,
        format!("The terminal or pipe failed ({what}): {errno}."),
        "The program goes on; see it with alcatraz list.",
    )
}
