//! A terminal for the binary: the test holds the master.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test support")]

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcgetwinsize, tcsetwinsize};

use super::{Lab, PATIENCE, wait_for};

/// Rows and columns at first.
const FIRST_SIZE: (u16, u16) = (31, 97);

pub struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    child: Child,
    /// The terminal's local modes before anything ran on it.
    pub first: String,
    pub seen: String,
}

impl Terminal {
    /// Starts the binary with these arguments as leader of a login session on a new terminal.
    pub fn start(lab: &Lab, arguments: &[&str]) -> Self {
        Self::start_command(&lab.command(arguments))
    }

    /// Starts the user's own shell there instead, as a terminal window does.
    pub fn shell(lab: &Lab) -> Self {
        let mut shell = lab.as_user("bash".as_ref());
        shell.args(["--norc", "--noprofile", "--noediting", "-i"]).env("PS1", "outer> ");
        Self::start_command(&shell)
    }

    /// The same for any command, of which program, arguments, environment and directory count.
    pub fn start_command(wrapped: &Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = ioctl_tiocgptpeer(&master, flags).unwrap();
        tcsetwinsize(&master, size(FIRST_SIZE.0, FIRST_SIZE.1)).unwrap();
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait"]).arg(wrapped.get_program()).args(wrapped.get_args());
        for (name, value) in wrapped.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let first = format!("{:?}", tcgetattr(&slave).unwrap().local_modes);
        let end = || Stdio::from(slave.try_clone().unwrap());
        let place: &Path = wrapped.get_current_dir().unwrap();
        let child = command.current_dir(place).stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        Self { master, slave, child, first, seen: String::new() }
    }

    pub fn settings(&self) -> Termios {
        tcgetattr(&self.slave).unwrap()
    }

    /// What whoever uses the terminal next finds otherwise than it was, a line each.
    pub fn changes(&self) -> Vec<String> {
        let (typed, modes) = (self.unread(), format!("{:?}", self.settings().local_modes));
        let now = tcgetwinsize(&self.slave).unwrap();
        let mut changes = Vec::new();
        changes.extend((typed > 0).then(|| format!("terminal/typed: {typed} bytes")));
        changes.extend((modes != self.first).then(|| format!("terminal/modes: {modes}")));
        let is_same = (now.ws_row, now.ws_col) == FIRST_SIZE;
        changes.extend((!is_same).then(|| format!("terminal/size: {} x {}", now.ws_row, now.ws_col)));
        changes
    }

    /// How many bytes wait to be read by whoever uses the terminal next.
    pub fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(&self.slave).unwrap()
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    pub fn keys(&self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let count = rustix::io::write(&self.master, rest).unwrap();
            rest = &rest[count..];
        }
    }

    pub fn resize(&self, rows: u16, cols: u16) {
        tcsetwinsize(&self.master, size(rows, cols)).unwrap();
    }

    /// Reads until `text` shows, and forgets what came up to it.
    pub fn expect(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.find(text) {
                let before = self.seen[..at].to_owned();
                self.seen = self.seen[at + text.len()..].to_owned();
                return before;
            }
            assert!(Instant::now() < deadline, "never saw {text:?}, only {:?}", self.seen);
            self.read();
        }
    }

    /// Types `keys` until `text` shows: what is typed before a question stands there is no answer to it.
    pub fn insist(&mut self, keys: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.seen.contains(text) {
            assert!(Instant::now() < deadline, "never saw {text:?}, only {:?}", self.seen);
            self.keys(keys);
            self.read();
        }
        self.expect(text);
    }

    /// Waits for the end and returns the exit status.
    pub fn end(&mut self) -> i32 {
        wait_for(&mut self.child)
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn read(&mut self) {
        let mut waits = [PollFd::from_borrowed_fd(self.master.as_fd(), PollFlags::IN)];
        let tick = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        if poll(&mut waits, Some(&tick)).unwrap() == 0 {
            return;
        }
        let mut buffer = [0_u8; 4096];
        if let Ok(count) = rustix::io::read(&self.master, &mut buffer) {
            self.seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }
}

fn size(rows: u16, cols: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: cols, ws_xpixel: 0, ws_ypixel: 0 }
}
