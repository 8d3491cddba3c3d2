//! System calls that wait until a supervisor has looked at them: the filter, and the listener's three ioctls. Knows
//! numbers and arguments; must not know why a call is wanted.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::bpf::{self, ALLOW, Instruction, NOTIFY, any_bit, argument_offset, equal, fail, load, verdict};
use crate::last_errno;

const NEW_LISTENER: libc::c_ulong = 1 << 3;
const WAIT_KILLABLE_RECV: libc::c_ulong = 1 << 5;
/// `seccomp` itself, natively and for 32 bits.
const SECCOMP: u32 = libc::SYS_seccomp as u32;
const SECCOMP_I386: u32 = 354;
const FLAG_CONTINUE: u32 = 1;
const FLAG_SYNC_WAKE_UP: libc::c_ulong = 1;

const IOCTL_RECEIVE: libc::c_ulong = 0xc050_2100;
const IOCTL_SEND: libc::c_ulong = 0xc018_2101;
const IOCTL_ADD_DESCRIPTOR: libc::c_ulong = 0x4018_2103;
const ADD_AT_NUMBER: u32 = 1;
const IOCTL_ID_VALID: libc::c_ulong = 0x4008_2102;
const IOCTL_SET_FLAGS: libc::c_ulong = 0x4008_2104;

/// Which architecture's numbers and arguments a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arch {
    /// 64 bits.
    X86_64,
    /// 32 bits.
    I386,
}

/// When a wanted call is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// When this argument is not zero.
    NotZero(u8),
    /// When one of these bits of this argument's low half is set.
    AnyBit(u8, u32),
    /// When this argument's low half is this number.
    Is(u8, u32),
    /// When this argument's low half is none of these few numbers.
    NoneOf(u8, &'static [u32]),
}

/// A call to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its number.
    pub number: u32,
    /// When.
    pub when: When,
}

/// A call that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its cookie.
    pub id: u64,
    /// The thread that makes it, in the caller's pid name space; 0 when it is not visible there.
    pub thread: u32,
    /// How to read `number` and `arguments`.
    pub arch: Arch,
    /// Which call.
    pub number: u32,
    /// Its arguments.
    pub arguments: [u64; 6],
}

#[repr(C)]
#[derive(Default)]
struct RawNotification {
    id: u64,
    pid: u32,
    flags: u32,
    number: i32,
    arch: u32,
    instruction_pointer: u64,
    arguments: [u64; 6],
}

#[repr(C)]
struct RawDescriptor {
    id: u64,
    flags: u32,
    source: u32,
    target: u32,
    target_flags: u32,
}

#[repr(C)]
struct RawResponse {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

/// Installs a filter that reports these calls, for this thread and all that it starts; x32 calls fail. Returns the
/// listener, for a supervisor that does not run under the filter itself.
///
/// Signals wait while a call is being looked at, where the kernel can do that: else a program that gets signals all
/// the time would restart its calls forever. Fails with `EBUSY` when a listener is installed already.
///
/// Whoever runs under the filter gets no listener of its own, as long as this one is open (the kernel allows one) or later:
/// what waits for a listener that is gone fails, but another one could let it run.
///
/// Fails with `ENOSYS` on a machine that is neither: the numbers would mean other calls there.
pub fn install(x86_64: &[Wanted], i386: &[Wanted]) -> Result<OwnedFd, Errno> {
    if !cfg!(target_arch = "x86_64") {
        return Err(Errno::NOSYS);
    }
    let filter = bpf::by_architecture(part(SECCOMP, x86_64), part(SECCOMP_I386, i386));
    let fd = match bpf::install(&filter, NEW_LISTENER | WAIT_KILLABLE_RECV) {
        Err(Errno::INVAL) => bpf::install(&filter, NEW_LISTENER)?,
        other => other?,
    };
    let fd = i32::try_from(fd).map_err(|_| Errno::BADF)?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn part(seccomp: u32, wanted: &[Wanted]) -> Vec<Instruction> {
    let mut part = vec![
        equal(seccomp, 0, 4),
        load(argument_offset(1)),
        any_bit(NEW_LISTENER as u32, 0, 1),
        fail(libc::EBUSY),
        verdict(ALLOW),
    ];
    for one in wanted {
        let test = match one.when {
            When::Always => vec![verdict(NOTIFY)],
            When::NotZero(argument) => vec![
                load(argument_offset(argument)),
                equal(0, 0, 3),
                load(argument_offset(argument) + 4),
                equal(0, 0, 1),
                verdict(ALLOW),
                verdict(NOTIFY),
            ],
            When::AnyBit(argument, bits) => {
                vec![load(argument_offset(argument)), any_bit(bits, 1, 0), verdict(ALLOW), verdict(NOTIFY)]
            }
            When::Is(argument, number) => {
                vec![load(argument_offset(argument)), equal(number, 1, 0), verdict(ALLOW), verdict(NOTIFY)]
            }
            When::NoneOf(argument, numbers) => {
                let count = u8::try_from(numbers.len()).unwrap_or(u8::MAX);
                let mut test = vec![load(argument_offset(argument))];
                test.extend(
                    numbers.iter().zip(0_u8..).map(|(number, place)| equal(*number, count - place, 0)),
                );
                test.extend([verdict(NOTIFY), verdict(ALLOW)]);
                test
            }
        };
        part.push(equal(one.number, 0, u8::try_from(test.len()).unwrap_or(u8::MAX)));
        part.extend(test);
    }
    part.push(verdict(ALLOW));
    part
}

/// The supervisor's end of a filter. Any number of threads may use it at once; one at a time receives.
#[derive(Debug)]
pub struct Listener {
    fd: OwnedFd,
    turn: Mutex<()>,
    /// Whether the kernel does not wake a thread that waits for calls when the last program ends; then it waits in `poll`.
    must_poll: bool,
}

/// The right to receive calls. The kernel wakes all threads that wait for a call, for each call: with three of them a call
/// costs half as much again. So one waits, and passes its turn on before it does what may take long.
#[derive(Debug)]
pub struct Turn<'a> {
    listener: &'a Listener,
    _held: MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Waits for a call. Returns `None` when nothing that runs under the filter is left.
    pub fn receive(&self) -> Result<Option<Notification>, Errno> {
        self.listener.receive()
    }
}

impl Listener {
    /// Takes what [`install`] returned, in the supervisor. Asks the kernel to run program and supervisor in turns on
    /// one processor, where it can do that (Linux 6.6).
    pub fn new(fd: OwnedFd) -> Self {
        // SAFETY: takes a plain number; an older kernel refuses it.
        let is_new = unsafe { libc::ioctl(fd.as_raw_fd(), IOCTL_SET_FLAGS, FLAG_SYNC_WAKE_UP) } == 0;
        Self { fd, turn: Mutex::default(), must_poll: !is_new }
    }

    /// Waits until no other thread receives.
    pub fn turn(&self) -> Turn<'_> {
        Turn { listener: self, _held: self.turn.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    fn receive(&self) -> Result<Option<Notification>, Errno> {
        loop {
            if self.must_poll && self.is_over(-1) {
                return Ok(None);
            }
            let mut raw = RawNotification::default();
            // SAFETY: `raw` is laid out as `struct seccomp_notif`, all zero as the kernel demands, and outlives the call.
            let status = unsafe { libc::ioctl(self.fd.as_raw_fd(), IOCTL_RECEIVE, &raw mut raw) };
            if status == 0 {
                let arch = if raw.arch == bpf::ARCH_I386 { Arch::I386 } else { Arch::X86_64 };
                let number = u32::try_from(raw.number).unwrap_or(u32::MAX);
                return Ok(Some(Notification {
                    id: raw.id,
                    thread: raw.pid,
                    arch,
                    number,
                    arguments: raw.arguments,
                }));
            }
            match last_errno() {
                // A signal to this thread.
                Errno::INTR => {}
                // The caller died before we could take its call, or there are no callers any more.
                Errno::NOENT if self.is_over(0) => return Ok(None),
                Errno::NOENT => {}
                other => return Err(other),
            }
        }
    }

    /// Waits so many milliseconds for a call, and tells whether there can be none any more.
    fn is_over(&self, wait: i32) -> bool {
        let mut poll = libc::pollfd { fd: self.fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one entry, which outlives the call.
        let count = unsafe { libc::poll(&raw mut poll, 1, wait) };
        count > 0 && poll.revents & libc::POLLHUP != 0
    }

    /// Tells whether the call still waits: what was read from its thread until now was really that thread's.
    pub fn is_waiting(&self, id: u64) -> bool {
        // SAFETY: the kernel reads 8 bytes, which outlive the call.
        unsafe { libc::ioctl(self.fd.as_raw_fd(), IOCTL_ID_VALID, &raw const id) == 0 }
    }

    /// Lets the call run as if nobody had looked. Tells whether it waited until now; no harm when its thread is gone.
    pub fn let_run(&self, id: u64) -> Result<bool, Errno> {
        self.send(&RawResponse { id, value: 0, error: 0, flags: FLAG_CONTINUE })
    }

    /// Returns from the call with this result; it does not run. No harm when its thread is gone.
    pub fn answer(&self, id: u64, result: Result<i64, Errno>) -> Result<(), Errno> {
        let answer = match result {
            Ok(value) => RawResponse { id, value, error: 0, flags: 0 },
            Err(errno) => RawResponse { id, value: 0, error: -errno.raw_os_error(), flags: 0 },
        };
        self.send(&answer).map(drop)
    }

    /// Puts a copy of an open file in the place of the caller's descriptor `number`. The call still waits for its answer.
    /// Fails with `ENOENT` when its thread is gone.
    pub fn hand_in(&self, id: u64, file: BorrowedFd<'_>, number: i32, on_exec: bool) -> Result<(), Errno> {
        let unsigned = |fd: i32| u32::try_from(fd).map_err(|_| Errno::BADF);
        let raw = RawDescriptor {
            id,
            flags: ADD_AT_NUMBER,
            source: unsigned(file.as_raw_fd())?,
            target: unsigned(number)?,
            target_flags: if on_exec { libc::O_CLOEXEC as u32 } else { 0 },
        };
        // SAFETY: `raw` is laid out as `struct seccomp_notif_addfd` and outlives the call.
        let status = unsafe { libc::ioctl(self.fd.as_raw_fd(), IOCTL_ADD_DESCRIPTOR, &raw const raw) };
        if status < 0 { Err(last_errno()) } else { Ok(()) }
    }

    fn send(&self, raw: &RawResponse) -> Result<bool, Errno> {
        // SAFETY: `raw` is laid out as `struct seccomp_notif_resp` and outlives the call.
        if unsafe { libc::ioctl(self.fd.as_raw_fd(), IOCTL_SEND, std::ptr::from_ref(raw)) } == 0 {
            return Ok(true);
        }
        match last_errno() {
            Errno::NOENT => Ok(false),
            other => Err(other),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::{ARCH_I386, ARCH_NATIVE, FAIL, KILL, X32_BIT, run};

    fn wanted(number: u32, when: When) -> Wanted {
        Wanted { number, when }
    }

    #[test]
    fn reports_what_is_wanted_and_nothing_else() {
        let many: Vec<Wanted> = (300..400).map(|number| wanted(number, When::Always)).collect();
        let mut x86_64 = vec![
            wanted(2, When::Always),
            wanted(280, When::NotZero(1)),
            wanted(263, When::AnyBit(2, 0x200)),
            wanted(54, When::Is(2, 30)),
            wanted(41, When::NoneOf(1, &[1, 2, 10])),
        ];
        x86_64.extend(&many);
        let i386 = part(SECCOMP_I386, &[wanted(5, When::Always)]);
        let filter = bpf::by_architecture(part(SECCOMP, &x86_64), i386);
        let ask = |arch, number, second, third| run(&filter, arch, number, [0, second, third, 0, 0, 0]);
        assert_eq!(ask(ARCH_NATIVE, 2, 0, 0), NOTIFY);
        assert_eq!(ask(ARCH_NATIVE, 3, 0, 0), ALLOW);
        assert_eq!(ask(ARCH_NATIVE, 280, 0, 0), ALLOW);
        assert_eq!(ask(ARCH_NATIVE, 280, 1, 0), NOTIFY);
        assert_eq!(ask(ARCH_NATIVE, 280, 1 << 40, 0), NOTIFY);
        assert_eq!(ask(ARCH_NATIVE, 263, 0, 0), ALLOW);
        assert_eq!(ask(ARCH_NATIVE, 263, 0, 0x300), NOTIFY);
        assert_eq!(ask(ARCH_NATIVE, 54, 0, 30), NOTIFY);
        assert_eq!(ask(ARCH_NATIVE, 54, 0, 31), ALLOW);
        let by_family = [0, 1, 2, 3, 10, 40].map(|family| ask(ARCH_NATIVE, 41, family, 0));
        assert_eq!(by_family, [NOTIFY, ALLOW, ALLOW, NOTIFY, ALLOW, NOTIFY]);
        assert_eq!(ask(ARCH_NATIVE, 399, 0, 0), NOTIFY);
        assert_eq!(ask(ARCH_NATIVE, 400, 0, 0), ALLOW);
        assert_eq!(ask(ARCH_I386, 5, 0, 0), NOTIFY);
        assert_eq!(ask(ARCH_I386, 2, 0, 0), ALLOW);
        for (arch, seccomp) in [(ARCH_NATIVE, SECCOMP), (ARCH_I386, 354)] {
            let flags = [0, 1, 7, 8, 0x29, u64::MAX].map(|flags| ask(arch, seccomp, flags, 0));
            let busy = FAIL | libc::EBUSY as u32;
            assert_eq!(flags, [ALLOW, ALLOW, ALLOW, busy, busy, busy]);
        }
        assert_eq!(ask(ARCH_NATIVE, X32_BIT | 2, 0, 0), FAIL | 38);
        assert_eq!(ask(0x1234, 2, 0, 0), KILL);
    }

    #[test]
    fn layouts_are_the_kernels() {
        assert_eq!(size_of::<RawNotification>(), 80);
        assert_eq!(size_of::<RawResponse>(), 24);
        assert_eq!(size_of::<RawDescriptor>(), 24);
    }
}
