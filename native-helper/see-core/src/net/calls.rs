//! The system calls about a network that a supervisor has to see, by their numbers. A table; knows no policy.

use see_sys::seccomp_notify::{Arch, Wanted, When};

use crate::interpose::calls::Reported;

/// `MSG_FASTOPEN`: sending connects.
const FAST_OPEN: u32 = 0x2000_0000;
/// `IPPROTO_TCP`.
pub const TCP: u64 = 6;
/// `TCP_FASTOPEN_CONNECT`: connecting waits for the first bytes, and sends them before anybody has answered.
pub const FAST_OPEN_CONNECT: u32 = 30;

/// What a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// bind(socket, address, length).
    Bind,
    /// connect(socket, address, length).
    Connect,
    /// sendto(socket, bytes, count, flags, address, length).
    SendTo,
    /// sendmsg or sendmmsg that connects.
    FastOpen,
    /// setsockopt(socket, level, name, …) that makes connecting send.
    FastOpenOption,
    /// getsockname(socket, address, length).
    Name,
}

const ROWS: &[(Call, u32, &[u32], When, bool)] = &[
    (Call::Bind, 49, &[361], When::Always, false),
    (Call::Connect, 42, &[362], When::Always, false),
    (Call::SendTo, 44, &[369], When::NotZero(4), false),
    (Call::FastOpen, 46, &[370], When::AnyBit(2, FAST_OPEN), true),
    (Call::FastOpen, 307, &[345], When::AnyBit(3, FAST_OPEN), true),
    (Call::FastOpenOption, 54, &[366], When::Is(2, FAST_OPEN_CONNECT), true),
    (Call::Name, 51, &[367], When::Always, true),
];

/// Returns the calls to report; `redirects` says whether sockets of the host's network will be in the SEE.
pub fn reported(redirects: bool) -> Reported {
    let mut reported = Reported::default();
    for (_, x86_64, i386, when, _) in ROWS.iter().filter(|row| redirects || !row.4) {
        reported.x86_64.push(Wanted { number: *x86_64, when: *when });
        reported.i386.extend(i386.iter().map(|number| Wanted { number: *number, when: *when }));
    }
    reported
}

/// Returns what a reported call is.
pub fn call(arch: Arch, number: u32) -> Option<Call> {
    let row = ROWS.iter().find(|(_, x86_64, i386, ..)| match arch {
        Arch::X86_64 => *x86_64 == number,
        Arch::I386 => i386.contains(&number),
    });
    row.map(|row| row.0)
}

/// Tells whether sending with these flags connects.
pub fn is_fast_open(flags: u64) -> bool {
    flags & u64::from(FAST_OPEN) != 0
}
