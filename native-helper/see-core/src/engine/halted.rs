//! Programs that the key has stopped in part: a process that waits for its child to become a program (`vfork`) cannot stop
//! while that child is stopped. The kernel never says so; natively the terminal hangs.

use std::os::fd::BorrowedFd;

use rustix::process::{Pid, Signal};
use rustix::termios::{LocalModes, SpecialCodeIndex, tcgetattr, tcgetpgrp, tcgetsid};

/// Tells whether one of these keys, as the terminal is set, stops the program in front.
pub fn is_key(terminal: BorrowedFd<'_>, typed: &[u8]) -> bool {
    tcgetattr(terminal).is_ok_and(|settings| {
        settings.local_modes.contains(LocalModes::ISIG)
            && typed.contains(&settings.special_codes[SpecialCodeIndex::VSUSP])
    })
}

/// Tells whether the program in front of a terminal, not a job of a shell inside, would have stopped if its child let it.
pub fn is_halted(terminal: BorrowedFd<'_>) -> bool {
    let (Ok(front), Ok(leader)) = (tcgetpgrp(terminal), tcgetsid(terminal)) else { return false };
    read(front).is_some_and(|status| looks_halted(&status, leader))
}

fn read(process: Pid) -> Option<String> {
    let status = std::fs::read(format!("/proc/{}/status", process.as_raw_nonzero())).ok()?;
    Some(String::from_utf8_lossy(&status).into_owned())
}

fn looks_halted(status: &str, leader: Pid) -> bool {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let pending = field("ShdPnd:").and_then(|mask| u64::from_str_radix(mask, 16).ok()).unwrap_or(0);
    field("State:").is_some_and(|state| state.starts_with('D'))
        && field("PPid:") == Some(leader.to_string().as_str())
        && pending & (1 << (Signal::TSTP.as_raw() - 1)) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_job_of_the_leader_that_waits_with_the_signal_is_halted() {
        let leader = Pid::from_raw(41).unwrap();
        let status = |state: &str, parent: u32, pending: &str| {
            format!("Name:\tD\nState:\t{state}\nPPid:\t{parent}\nShdPnd:\t{pending}\n")
        };
        assert!(looks_halted(&status("D (disk sleep)", 41, "0000000000080000"), leader));
        assert!(!looks_halted(&status("S (sleeping)", 41, "0000000000080000"), leader));
        assert!(!looks_halted(&status("D (disk sleep)", 4, "0000000000080000"), leader));
        assert!(!looks_halted(&status("D (disk sleep)", 41, "0000000000010000"), leader));
    }
}
