//! Ctrl-Z of a program that has its terminal to itself. The kernel does not stop such a program by itself: nobody in
//! its login session could make it go on. A shell with job control is left to do its own stopping.

use std::os::fd::BorrowedFd;

use rustix::process::{Pid, Signal, kill_process_group};
use rustix::termios::{LocalModes, SpecialCodeIndex, tcgetattr, tcgetpgrp, tcgetsid};

/// The process group of a program that was stopped.
#[derive(Debug)]
pub struct Suspension(Pid);

impl Suspension {
    /// Stops the program in front of a terminal. `None` when that is not ours to do: the key means something else to
    /// it, or a shell of the session has put it there.
    pub fn begin(master: BorrowedFd<'_>) -> Option<Self> {
        let settings = tcgetattr(master).ok()?;
        let key = settings.special_codes[SpecialCodeIndex::VSUSP];
        if !settings.local_modes.contains(LocalModes::ISIG) || key != CTRL_Z {
            return None;
        }
        let group = tcgetpgrp(master).ok()?;
        if tcgetsid(master).ok()? != group || minds(group)? {
            return None;
        }
        kill_process_group(group, Signal::STOP).ok()?;
        Some(Self(group))
    }

    /// Lets it go on.
    pub fn end(self) {
        // A group that was killed meanwhile has nothing to go on with.
        let _ = kill_process_group(self.0, Signal::CONT);
    }
}

/// The key as terminals send it.
pub const CTRL_Z: u8 = 0x1a;

/// Tells whether a process ignores or handles the signal that the key stands for.
fn minds(process: Pid) -> Option<bool> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.as_raw_nonzero())).ok()?;
    let bit = 1_u64 << (Signal::TSTP.as_raw() - 1);
    let has = |field: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(field))?;
        u64::from_str_radix(mask.trim(), 16).ok().map(|mask| mask & bit != 0)
    };
    Some(has("SigIgn:")? || has("SigCgt:")?)
}
