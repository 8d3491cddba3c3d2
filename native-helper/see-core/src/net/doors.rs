//! Ports of the host that lead into a session: whether they can be had, and whose they are. No program inside takes connections from
//! a server of the host's.

use std::collections::HashSet;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::policy::{Policy, Promise};

use super::address;
use super::policy::Redirect;

/// `SOL_SOCKET`, `SO_REUSEADDR`: connections that are over do not count, as for every server.
const REUSE: (i32, i32) = (1, 2);
/// `SO_REUSEPORT`: servers of one user share a port.
const SHARE: (i32, i32) = (1, 15);
/// How the kernel's tables call a socket that listens.
const LISTENS: &str = "0A";

/// Refuses a new session ports that nobody could be given now, unless that was accepted: then the program that asks for one gets
/// the error.
pub fn check(policy: &Policy) -> Result<()> {
    if policy.accept.contains(&Promise::Ports) {
        return Ok(());
    }
    let mut outside = HashSet::new();
    if let Some(twice) = policy.redirect.iter().find(|one| !outside.insert((one.address, one.outside))) {
        return Err(SeeError::new(
            ErrorCode::BadRequest,
            format!("Port {} cannot lead to two servers.", twice.outside),
            "Give each of them a port of its own.",
        )
        .because(Reason::TwoServers)
        .with_fact("port", twice.outside));
    }
    policy
        .redirect
        .iter()
        .try_for_each(|redirect| try_out(redirect).map_err(|errno| refused(redirect, errno)))
}

fn try_out(redirect: &Redirect) -> std::result::Result<(), Errno> {
    let place = redirect.address_for(false);
    let is_v6 = place.is_ipv6();
    let socket = see_sys::socket::socket(if is_v6 { 10 } else { 2 }, 1, 0)?;
    see_sys::socket::set_option(socket.as_fd(), REUSE.0, REUSE.1, 1)?;
    let raw = address::encode(place, redirect.outside, is_v6).ok_or(Errno::ADDRNOTAVAIL)?;
    see_sys::socket::bind(socket.as_fd(), &raw)
}

/// The ports of one session.
#[derive(Debug)]
pub struct Doors {
    redirects: Vec<Redirect>,
    /// The sockets that were handed in, by their inodes.
    ours: Mutex<HashSet<u64>>,
}

impl Doors {
    /// Returns those of a policy.
    pub fn new(redirects: Vec<Redirect>) -> Self {
        Self { redirects, ours: Mutex::default() }
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.redirects.is_empty()
    }

    /// Returns the one that leads to a port of the session.
    pub fn to(&self, inside: u16) -> Option<&Redirect> {
        self.redirects.iter().find(|redirect| redirect.inside == inside)
    }

    /// Returns the one that begins at a port of the host.
    pub fn from(&self, outside: u16) -> Option<&Redirect> {
        self.redirects.iter().find(|redirect| redirect.outside == outside)
    }

    /// Binds a socket that is about to be handed in. One that would share its port shares it with others of this session alone.
    pub fn open(&self, outside: u16, socket: BorrowedFd<'_>, raw: &[u8]) -> std::result::Result<(), Errno> {
        let mut ours = self.ours.lock().unwrap_or_else(PoisonError::into_inner);
        let is_shared = see_sys::socket::option(socket, SHARE.0, SHARE.1)? != 0;
        if is_shared && listeners(outside)?.iter().any(|inode| !ours.contains(inode)) {
            return Err(Errno::ADDRINUSE);
        }
        see_sys::socket::bind(socket, raw)?;
        ours.insert(rustix::fs::fstat(socket)?.st_ino);
        Ok(())
    }
}

/// Returns the sockets of this machine that listen on a port, by their inodes.
fn listeners(port: u16) -> std::result::Result<Vec<u64>, Errno> {
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = match std::fs::read_to_string(format!("/proc/self/net/{table}")) {
            Ok(text) => text,
            // A host without IPv6.
            Err(e) if table == "tcp6" && e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(Errno::from_io_error(&e).unwrap_or(Errno::IO)),
        };
        found.extend(text.lines().filter_map(|line| listener(line, port)));
    }
    Ok(found)
}

/// Returns the inode that a line of such a table tells of, when it is about a socket that listens on this port.
fn listener(line: &str, port: u16) -> Option<u64> {
    let mut words = line.split_whitespace();
    let (local, state) = (words.nth(1)?, words.nth(1)?);
    let its = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
    (its == port && state == LISTENS).then(|| words.nth(5)?.parse().ok())?
}

fn refused(redirect: &Redirect, errno: Errno) -> Box<SeeError> {
    let port = redirect.outside;
    let address = redirect.address_for(false);
    let place = if address.is_loopback() { "this machine".to_owned() } else { address.to_string() };
    let (reason, why, mend) = match errno {
        Errno::ADDRINUSE => (
            Reason::PortTaken,
            "another program has it".to_owned(),
            "Choose another port, or end that program".to_owned(),
        ),
        Errno::ACCESS => (
            Reason::LowPort,
            "ports as low as that are for root".to_owned(),
            format!("Choose a higher one, or type: sudo sysctl net.ipv4.ip_unprivileged_port_start={port}"),
        ),
        Errno::ADDRNOTAVAIL => (
            Reason::NoAddress,
            "this machine has no such address".to_owned(),
            "Choose one that `ip address` shows".to_owned(),
        ),
        other => (Reason::NoPort, other.to_string(), "Choose another port".to_owned()),
    };
    SeeError::new(
        ErrorCode::CannotIsolate,
        format!("Port {port} of {place} cannot lead into the session: {why}."),
        format!("{mend}. Or go on, and the program that asks for it gets the error: --accept ports"),
    )
    .because(reason)
    .with_fact("promise", Promise::Ports.name())
    .with_fact("port", port)
    .with_fact("address", address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_on_a_port_is_found() {
        use std::os::fd::AsFd as _;
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let inode = rustix::fs::fstat(server.as_fd()).unwrap().st_ino;
        assert_eq!(listeners(port).unwrap(), [inode]);
        let client = std::net::TcpStream::connect(server.local_addr().unwrap()).unwrap();
        assert_eq!(listeners(client.local_addr().unwrap().port()).unwrap(), [0; 0]);
        drop(server);
        assert_eq!(listeners(port).unwrap(), [0; 0]);
    }
}
