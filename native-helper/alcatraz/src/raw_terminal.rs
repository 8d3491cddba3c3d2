//! The user's terminal: whose turn it is there, and its settings while every key belongs to a program in a SEE.

use std::os::fd::BorrowedFd;

use rustix::process::getpgrp;
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{
    OptionalActions, OutputModes, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetpgrp, tcsetattr,
};
use see_core::engine::request::Channel;

/// Makes what we say visible, whatever a program has left the terminal in: ends a sequence that is not over, leaves the other
/// screen, brings back plain letters, colours, the cursor and the whole height, and clears what stands below.
const PLAIN: &str = "\x18\x1b\\\x1b[?47l\x1b[!p\x0f\x1b(B\x1b[0m\x1b[?7h\x1b[?25h\x1b]104\x07\x1b]110\x07\x1b]111\x07\
                         \x1b7\x1b[r\x1b8\r\x1b[J";

/// Returns what makes the user's terminal plain; nothing for one that knows no sequences.
pub fn made_plain() -> &'static str {
    let is_plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if is_plain { "" } else { PLAIN }
}

/// Forgets keys that were typed before we asked: they were meant for the program.
pub fn forget_keys() {
    // A terminal that is gone has none.
    let _ = tcflush(stdin(), QueueSelector::IFlush);
}

/// Tells whether another program of the user's login session has the terminal now.
pub fn is_elsewhere() -> bool {
    let front = [stdin(), stdout(), stderr()].into_iter().find_map(|fd| tcgetpgrp(fd).ok());
    front.is_some_and(|front| front != getpgrp())
}

/// The user's terminal while every key belongs to the program. Dropping it brings the former settings back.
pub struct RawTerminal(Option<Held>);

/// A terminal with other settings than the user's.
struct Held {
    fd: BorrowedFd<'static>,
    before: Termios,
    ours: Termios,
}

impl RawTerminal {
    /// A terminal that stays as it is.
    pub fn untouched() -> Self {
        Self(None)
    }

    /// Hands all keys over when the program's input is a terminal. When only its output is, the keys stay the user's,
    /// but lines are ended by the program's terminal alone.
    pub fn enter(channels: [Channel; 3]) -> Self {
        let [input, output, error] = channels;
        if input == Channel::Terminal && isatty(stdin()) {
            return Self::change(stdin(), |modes| modes.make_raw());
        }
        let shows = [(output, stdout()), (error, stderr())];
        let shown = shows.into_iter().find(|(channel, fd)| *channel == Channel::Terminal && isatty(fd));
        match shown {
            Some((_, fd)) => Self::change(fd, |modes| modes.output_modes.remove(OutputModes::OPOST)),
            None => Self::untouched(),
        }
    }

    /// Tells whether the terminal still has our settings: the user's shell sets its own when it comes to the front.
    pub fn holds(&self) -> bool {
        let Some(held) = &self.0 else { return false };
        tcgetattr(held.fd).is_ok_and(|now| {
            now.local_modes == held.ours.local_modes
                && now.input_modes == held.ours.input_modes
                && now.output_modes == held.ours.output_modes
        })
    }

    /// Others have set the terminal since: what it was before us no longer counts.
    pub fn forget(&mut self) {
        self.0 = None;
    }

    /// Brings the user's settings back.
    pub fn leave(&mut self) {
        if let Some(held) = self.0.take() {
            // A terminal that is gone has no settings to bring back.
            let _ = tcsetattr(held.fd, OptionalActions::Drain, &held.before);
        }
    }

    fn change(fd: BorrowedFd<'static>, how: impl FnOnce(&mut Termios)) -> Self {
        let Ok(before) = tcgetattr(fd) else { return Self::untouched() };
        let mut ours = before.clone();
        how(&mut ours);
        match tcsetattr(fd, OptionalActions::Drain, &ours) {
            Ok(()) => Self(Some(Held { fd, before, ours })),
            Err(_) => Self::untouched(),
        }
    }
}

impl Drop for RawTerminal {
    fn drop(&mut self) {
        self.leave();
    }
}
