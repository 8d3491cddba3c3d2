//! A thread of the SEE that waits in a call about a socket: its arguments, copied, and its socket, by a descriptor of our
//! own. What was looked at is what is acted on.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags};
use see_sys::memory;
use see_sys::seccomp_notify::Notification;

/// The kernel takes no longer address.
const ADDRESS_MOST: usize = 128;

/// A caller.
#[derive(Debug)]
pub struct Caller<'a> {
    call: &'a Notification,
}

impl<'a> Caller<'a> {
    /// Returns the caller of a call.
    pub fn new(call: &'a Notification) -> Self {
        Self { call }
    }

    /// Returns its thread.
    pub fn thread(&self) -> u32 {
        self.call.thread
    }

    /// Returns an argument.
    pub fn argument(&self, place: usize) -> u64 {
        self.call.arguments.get(place).copied().unwrap_or(0)
    }

    /// Returns the number of the socket.
    pub fn number(&self) -> i32 {
        self.argument(0) as u32 as i32
    }

    /// Returns a copy of the address that these arguments tell of.
    pub fn address(&self, pointer: usize, length: usize) -> Result<Vec<u8>, Errno> {
        let length = usize::try_from(self.argument(length) as u32).unwrap_or(usize::MAX);
        if length > ADDRESS_MOST {
            return Err(Errno::INVAL);
        }
        let mut address = vec![0; length];
        if length > 0 && memory::read(self.call.thread, self.argument(pointer), &mut address)? < length {
            return Err(Errno::FAULT);
        }
        Ok(address)
    }

    /// Answers with an address, as `getsockname` does.
    pub fn tell_address(&self, address: &[u8], pointer: usize, length: usize) -> Result<(), Errno> {
        let mut room = [0; 4];
        let place = self.argument(length);
        if memory::read(self.call.thread, place, &mut room)? < room.len() {
            return Err(Errno::FAULT);
        }
        let room = usize::try_from(i32::from_ne_bytes(room)).map_err(|_| Errno::INVAL)?;
        let told = address.get(..room.min(address.len())).unwrap_or_default();
        memory::write(self.call.thread, self.argument(pointer), told)?;
        let whole = u32::try_from(address.len()).unwrap_or(0);
        memory::write(self.call.thread, place, &whole.to_ne_bytes())
    }

    /// Returns the socket.
    pub fn socket(&self) -> Result<OwnedFd, Errno> {
        let thread = i32::try_from(self.call.thread).map_err(|_| Errno::SRCH)?;
        let process = match pidfd(thread) {
            // Not the first thread of its process.
            Err(Errno::INVAL | Errno::NOENT) => pidfd(self.process().ok_or(Errno::SRCH)?)?,
            other => other?,
        };
        rustix::process::pidfd_getfd(process.as_fd(), self.number(), PidfdGetfdFlags::empty())
    }

    fn process(&self) -> Option<i32> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.call.thread)).ok()?;
        status.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()
    }

    /// Tells whether the program's next program will not have the socket.
    pub fn closes_on_exec(&self) -> bool {
        let place = format!("/proc/{}/fdinfo/{}", self.call.thread, self.number());
        let info = std::fs::read_to_string(place).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        flags
            .and_then(|flags| u64::from_str_radix(flags.trim(), 8).ok())
            .is_some_and(|f| f & 0o2_000_000 != 0)
    }
}

fn pidfd(process: i32) -> Result<OwnedFd, Errno> {
    let process = Pid::from_raw(process).ok_or(Errno::SRCH)?;
    rustix::process::pidfd_open(process, PidfdFlags::empty())
}

/// Options that a program may have set before it names an address, as pairs of level and number.
const KEPT: &[(i32, i32)] = &[
    (1, 2),   // SO_REUSEADDR
    (1, 9),   // SO_KEEPALIVE
    (1, 10),  // SO_OOBINLINE
    (1, 15),  // SO_REUSEPORT
    (6, 1),   // TCP_NODELAY
    (6, 4),   // TCP_KEEPIDLE
    (6, 5),   // TCP_KEEPINTVL
    (6, 6),   // TCP_KEEPCNT
    (6, 9),   // TCP_DEFER_ACCEPT
    (6, 18),  // TCP_USER_TIMEOUT
    (6, 23),  // TCP_FASTOPEN, of servers
    (41, 26), // IPV6_V6ONLY
];
/// Sizes of buffers: the kernel tells twice what was set.
const BUFFERS: &[(i32, i32)] = &[(1, 7), (1, 8)];

const SO_TYPE: (i32, i32) = (1, 3);
const SO_PROTOCOL: (i32, i32) = (1, 38);
const SO_DOMAIN: (i32, i32) = (1, 39);
const STREAM: i32 = 1;
const NONBLOCKING: i32 = 0o4000;
const IPPROTO_TCP: i32 = 6;
const AF_INET6: i32 = 10;
const V6_ONLY: (i32, i32) = (41, 26);

/// Returns whether a socket is a TCP socket, and then whether it is of IPv6.
pub fn tcp_family(socket: BorrowedFd<'_>) -> Option<bool> {
    let option = |(level, name)| see_sys::socket::option(socket, level, name).ok();
    let domain = option(SO_DOMAIN)?;
    let is_tcp = option(SO_TYPE)? == STREAM
        && option(SO_PROTOCOL)? == IPPROTO_TCP
        && (domain == AF_INET6 || domain == 2);
    is_tcp.then_some(domain == AF_INET6)
}

/// Tells whether an IPv6 socket takes no IPv4 connections.
pub fn is_v6_only(socket: BorrowedFd<'_>) -> bool {
    see_sys::socket::option(socket, V6_ONLY.0, V6_ONLY.1).is_ok_and(|value| value != 0)
}

/// Makes a TCP socket in this process's own network with the options of another one.
pub fn twin(socket: BorrowedFd<'_>, is_v6: bool) -> Result<OwnedFd, Errno> {
    let waits = if see_sys::socket::is_nonblocking(socket)? { NONBLOCKING } else { 0 };
    let twin = see_sys::socket::socket(if is_v6 { AF_INET6 } else { 2 }, STREAM | waits, 0)?;
    let copy = |(level, name): (i32, i32), part: i32| {
        // What the kernel does not know of this family it also does not tell.
        if let Ok(value) = see_sys::socket::option(socket, level, name) {
            let _ = see_sys::socket::set_option(twin.as_fd(), level, name, value / part);
        }
    };
    KEPT.iter().for_each(|option| copy(*option, 1));
    BUFFERS.iter().for_each(|option| copy(*option, 2));
    Ok(twin)
}
