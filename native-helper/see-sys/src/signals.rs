//! Signals as events on a descriptor, and a clean state for a new program.

use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::io::Errno;

use crate::check;

/// Signals that arrive on a descriptor instead of interrupting this (single-threaded) process.
pub struct SignalQueue {
    fd: OwnedFd,
    /// What was blocked before.
    before: libc::sigset_t,
}

impl std::fmt::Debug for SignalQueue {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("SignalQueue").field(&self.fd).finish()
    }
}

/// A signal that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its number.
    pub signal: i32,
    /// The process that sent it; 0 for the kernel.
    pub sender: u32,
}

impl SignalQueue {
    /// Blocks these signals and collects them from now on.
    pub fn collect(signals: &[i32]) -> Result<Self, Errno> {
        let set = set_of(signals);
        let mut before = set_of(&[]);
        // SAFETY: both sets are initialised; the mask of this thread is all that changes.
        check(unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, &raw mut before) }.into())?;
        // SAFETY: the set is initialised; -1 asks for a new descriptor.
        let fd = check(
            unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) }.into(),
        )?;
        // SAFETY: the call has just given this descriptor to us alone.
        let fd = unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).map_err(|_| Errno::IO)?) };
        Ok(Self { fd, before })
    }

    /// Lets signals interrupt this process again as before. What has arrived and was not taken does so now.
    pub fn release(self) -> Result<(), Errno> {
        self.unblock()
    }

    /// The same for a process that was forked from the one that collects them.
    pub fn unblock(&self) -> Result<(), Errno> {
        let before = self.before;
        // SAFETY: the set came from the kernel; the mask of this thread is all that changes.
        check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut()) }.into())
            .map(drop)
    }

    /// Returns the next signal; `None` when none has arrived.
    pub fn next(&self) -> Result<Option<Arrived>, Errno> {
        let mut raw = [0_u8; size_of::<libc::signalfd_siginfo>()];
        match rustix::io::read(&self.fd, &mut raw) {
            Ok(count) if count == raw.len() => {
                // SAFETY: any bytes are a valid `signalfd_siginfo`, and there are enough of them.
                let info: libc::signalfd_siginfo = unsafe { std::ptr::read_unaligned(raw.as_ptr().cast()) };
                Ok(Some(Arrived { signal: i32::try_from(info.ssi_signo).unwrap_or(0), sender: info.ssi_pid }))
            }
            Ok(_) | Err(Errno::AGAIN | Errno::INTR) => Ok(None),
            Err(e) => Err(e),
        }
    }
}

impl AsFd for SignalQueue {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Undoes what a caller may have left: children are waited for again, and a file that may not grow is an error instead
/// of a death.
pub fn settle() {
    // SAFETY: neither action runs code of ours; both signals exist.
    unsafe {
        libc::signal(libc::SIGCHLD, libc::SIG_DFL);
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

/// Tells whether whoever started this process had it ignore a signal.
pub fn is_ignored(signal: i32) -> bool {
    // SAFETY: all zeros is a valid `sigaction`.
    let mut now: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: without a new action nothing changes; the old one is written to a valid place.
    let asked = unsafe { libc::sigaction(signal, std::ptr::null(), &raw mut now) };
    asked == 0 && now.sa_sigaction == libc::SIG_IGN
}

/// Signals that were ignored when this process began: its runtime ignores one of its own before `main`.
static AT_START: AtomicU64 = AtomicU64::new(0);

// The loader runs it before the runtime begins.
#[used]
#[unsafe(link_section = ".init_array")]
static NOTE: extern "C" fn() = note_start;

extern "C" fn note_start() {
    let ignored =
        (1..=64).filter(|signal| is_ignored(*signal)).fold(0, |set, signal| set | 1 << (signal - 1));
    AT_START.store(ignored, Ordering::Relaxed);
}

/// Returns the signals that whoever started this process had it ignore.
pub fn ignored_at_start() -> Vec<i32> {
    let set = AT_START.load(Ordering::Relaxed);
    (1..=64).filter(|signal| set >> (signal - 1) & 1 == 1).collect()
}

/// Ignores a signal from now on, and whatever this process becomes does.
pub fn ignore(signal: i32) {
    // SAFETY: the action runs no code of ours. KILL and STOP refuse: no harm.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// Gives every signal its default action and unblocks all.
pub fn reset_all() -> Result<(), Errno> {
    // The kernel's own form of an action: default, no flags, nothing blocked. The C library hides two signals.
    let action = [0_u64; 4];
    for signal in 1..=64 {
        // SAFETY: the action is as long as the kernel reads and runs no code of ours. KILL and STOP refuse: no harm.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                action.as_ptr(),
                std::ptr::null::<u64>(),
                size_of::<u64>(),
            )
        };
    }
    let none = set_of(&[]);
    // SAFETY: the set is initialised.
    check(unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut()) }.into())
        .map(drop)
}

/// Ends this process by a signal, as if it had never been handled.
pub fn die_by(signal: i32) -> ! {
    let set = set_of(&[signal]);
    // SAFETY: plain numbers and an initialised set; the default action of `signal` ends the process.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
        libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
        libc::_exit(128 + signal)
    }
}

/// Stops this process as the key for it does, also while the signal is collected; returns when it is continued, or at
/// once when nobody could do that.
pub fn stop_self() {
    let set = set_of(&[libc::SIGTSTP]);
    // SAFETY: plain numbers and an initialised set; the mask of this thread is as before in the end.
    unsafe {
        let mut before = set_of(&[]);
        libc::raise(libc::SIGTSTP);
        libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, &raw mut before);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
    }
}

fn set_of(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: sigemptyset initialises the set; sigaddset refuses numbers that are no signals.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        set
    }
}
