//! The leader of a program's login session: what a shell with job control is natively. Because of it the kernel stops a
//! program that asks for it, and it says so to the init. A process of its own that ends as the program does, and knows
//! nothing else of it.

use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpgrp, kill_process_group, setpgid, setsid, waitid,
};
use rustix::termios::{tcgetpgrp, tcsetpgrp};
use see_sys::process::{close_all_but, fork_again};
use see_sys::signals::SignalQueue;

/// Lets the program go on in front of its terminal: an order, and what is said when it is done.
pub const IN_FRONT: u8 = b'f';
/// The same, behind.
pub const IN_BACK: u8 = b'b';
/// Said when the program was stopped.
pub const STOPPED: u8 = b's';

/// A leader's pipes.
pub struct Line<'a> {
    /// Orders come here, one after the other; it never waits.
    pub ear: &'a OwnedFd,
    /// Where to say what happens to the program.
    pub mouth: &'a OwnedFd,
    /// The program's number.
    pub number: u32,
}

/// What it says: the program's number, and what happened.
pub type Word = [u8; 5];

/// Leads a new login session, on this terminal when there is one, whose one job is a process that does `program`. Says each
/// time when the job is stopped on its terminal. Returns the job's status; in its process, that of a program which did not
/// come to be.
pub fn lead(
    terminal: Option<&OwnedFd>,
    line: Line<'_>,
    behind: bool,
    program: impl FnOnce(),
) -> Result<i32, Errno> {
    setsid()?;
    if let Some(terminal) = terminal {
        rustix::process::ioctl_tiocsctty(terminal)?;
    }
    // All of them: nothing that is sent to every process may end this one, nor may its terminal stop it.
    let all: Vec<i32> = (1..=64).collect();
    let signals = SignalQueue::collect(&all)?;
    let Some(job) = fork_again()? else {
        setpgid(None, None)?;
        if let Some(terminal) = terminal.filter(|_| !behind) {
            tcsetpgrp(terminal, getpgrp())?;
        }
        program();
        return Ok(127);
    };
    // Whichever comes first; later the kernel refuses it.
    let _ = setpgid(Some(job), Some(job));
    // The job's pipes end with the job.
    let mut kept = vec![line.ear.as_raw_fd(), line.mouth.as_raw_fd(), signals.as_fd().as_raw_fd()];
    kept.extend(terminal.map(|fd| fd.as_raw_fd()));
    close_all_but(&kept)?;
    let leader = Leader { terminal, line, signals, job };
    let status = leader.watch();
    // As a shell does. What the program has left behind would else lose its terminal with us.
    leader.take_terminal();
    status
}

struct Leader<'a> {
    terminal: Option<&'a OwnedFd>,
    line: Line<'a>,
    signals: SignalQueue,
    job: Pid,
}

impl Leader<'_> {
    /// Watches over the job until it ends; returns its status.
    fn watch(&self) -> Result<i32, Errno> {
        loop {
            let mut waits =
                [PollFd::new(&self.signals, PollFlags::IN), PollFd::new(self.line.ear, PollFlags::IN)];
            match poll(&mut waits, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(e) => return Err(e),
            }
            while self.signals.next()?.is_some() {}
            let mut order = [0];
            while rustix::io::read(self.line.ear, &mut order) == Ok(1) {
                self.go_on(order == [IN_BACK]);
            }
            if let Some(status) = self.look()? {
                return Ok(status);
            }
        }
    }

    /// Looks whether the job was stopped, and whether it is over.
    fn look(&self) -> Result<Option<i32>, Errno> {
        let mut wanted = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // Of a program without a terminal nobody is told: natively, too, its caller has to ask.
        wanted.set(WaitIdOptions::STOPPED, self.terminal.is_some());
        // It stays uncollected until the init has done so: until then its number is nobody else's.
        let Some(state) = waitid(WaitId::Pid(self.job), wanted)? else { return Ok(None) };
        if state.stopped() {
            // It may be over by now.
            let _ = waitid(WaitId::Pid(self.job), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
            self.take_terminal();
            self.say(STOPPED);
            return Ok(None);
        }
        let signal = state.terminating_signal().map(|signal| 128 + signal);
        Ok(Some(state.exit_status().or(signal).unwrap_or(255)))
    }

    fn go_on(&self, behind: bool) {
        if behind {
            self.take_terminal();
        } else if let Some(terminal) = self.terminal {
            // A shell of the session may have put another job there.
            if tcgetpgrp(terminal) == Ok(getpgrp()) {
                let _ = tcsetpgrp(terminal, self.job);
            }
        }
        // It may be over.
        let _ = kill_process_group(self.job, Signal::CONT);
        self.say(if behind { IN_BACK } else { IN_FRONT });
    }

    fn say(&self, what: u8) {
        let [a, b, c, d] = self.line.number.to_ne_bytes();
        let word: Word = [a, b, c, d, what];
        // Full only when the init has not listened for long.
        let _ = rustix::io::write(self.line.mouth, &word);
    }

    fn take_terminal(&self) {
        // A terminal that was hung up has no front.
        let _ = self.terminal.map(|terminal| tcsetpgrp(terminal, getpgrp()));
    }
}
