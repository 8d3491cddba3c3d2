//! Connections that go elsewhere: made here, in the host's network, and handed in when they stand. Knows nothing of who
//! asks for them.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use see_sys::seccomp_notify::Listener;

use crate::error::{ErrorCode, Reason, Result, SeeError};

use super::address;
use super::hands::Hands;
use super::policy::{Endpoint, Reroute};

/// How long the other side has for its answer.
const PATIENCE: Timespec = Timespec { tv_sec: 30, tv_nsec: 0 };
/// `SOL_SOCKET` and `SO_ERROR`.
const ERROR: (i32, i32) = (1, 4);

/// One way around.
#[derive(Debug)]
pub struct Detour {
    from: Vec<SocketAddr>,
    /// Where it leads, what is best reached first.
    to: Vec<SocketAddr>,
    hands: Hands,
    /// Whether sockets can be locked here.
    locks: bool,
}

impl Detour {
    /// Looks up, as the host does, what a choice means.
    pub fn new(reroute: &Reroute, hands: Hands, locks: bool) -> Result<Self> {
        let to = look_up(&reroute.to)?;
        if to.is_empty() {
            return Err(unknown(&reroute.to, "it has no address"));
        }
        let from = look_up(&reroute.from)?;
        Ok(Self { from, to, hands, locks })
    }

    /// Tells whether connections to this address take it.
    pub fn leads_from(&self, address: SocketAddr) -> bool {
        let same = |from: &SocketAddr| {
            from.port() == address.port() && from.ip().to_canonical() == address.ip().to_canonical()
        };
        self.from.iter().any(same)
    }

    /// Returns where it leads for a socket of IPv6, or of IPv4; `None` when such a socket cannot get there.
    pub fn way(&self, is_v6: bool) -> Option<SocketAddr> {
        // A socket of IPv6 gets to addresses of IPv4, too.
        self.to.iter().copied().find(|to| is_v6 || to.ip().to_canonical().is_ipv4())
    }

    /// Connects `socket`, hands it in at `place` (number, closed on exec) of the caller and answers the call, all of it on a
    /// thread of its own. A caller that does not wait gets a connection that stands, too.
    pub fn take(
        &self,
        to: SocketAddr,
        listener: Arc<Listener>,
        call: u64,
        socket: OwnedFd,
        place: (i32, bool),
    ) -> std::result::Result<(), Errno> {
        let locks = self.locks;
        self.hands.take(move || {
            let led = lead(&socket, to, locks)
                .and_then(|()| listener.hand_in(call, socket.as_fd(), place.0, place.1));
            // An error means that nobody waits any more.
            let _ = listener.answer(call, led.map(|()| 0));
        })
    }
}

/// Connects, and sees that the socket can never connect again, to anybody else.
fn lead(socket: &OwnedFd, to: SocketAddr, locks: bool) -> std::result::Result<(), Errno> {
    if to.ip().to_canonical().is_loopback() {
        see_sys::socket::tie_to_loopback(socket.as_fd())?;
    }
    let is_v6 = see_sys::socket::option(socket.as_fd(), 1, 39)? == 10;
    let raw = address::encode(to.ip().to_canonical(), to.port(), is_v6).ok_or(Errno::NETUNREACH)?;
    match see_sys::socket::connect(socket.as_fd(), &raw) {
        Ok(()) => {}
        Err(Errno::INPROGRESS) => {
            let mut wait = [PollFd::new(socket, PollFlags::OUT)];
            if poll(&mut wait, Some(&PATIENCE))? == 0 {
                return Err(Errno::TIMEDOUT);
            }
            match see_sys::socket::option(socket.as_fd(), ERROR.0, ERROR.1)? {
                0 => {}
                error => return Err(Errno::from_raw_os_error(error)),
            }
        }
        Err(e) => return Err(e),
    }
    if locks { see_sys::socket::forbid_connecting(socket.as_fd(), None) } else { Ok(()) }
}

fn look_up(endpoint: &Endpoint) -> Result<Vec<SocketAddr>> {
    let found = (endpoint.host.as_str(), endpoint.port).to_socket_addrs();
    found.map(Iterator::collect).map_err(|e| unknown(endpoint, &e.to_string()))
}

fn unknown(endpoint: &Endpoint, why: &str) -> Box<SeeError> {
    let host = crate::path::escape_for_display(endpoint.host.as_bytes());
    SeeError::new(
        ErrorCode::BadRequest,
        format!("{host} cannot be found: {why}."),
        "Give an address, or a name that this machine knows.",
    )
    .because(Reason::UnknownHost)
    .with_fact("host", host.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_led_to_what_is_best_reached_of_its_own_kind() {
        let way = |to: &[&str], is_v6| {
            let to = to.iter().map(|to| to.parse().unwrap()).collect();
            let detour = Detour { from: Vec::new(), to, hands: Hands::default(), locks: true };
            detour.way(is_v6).map(|to| to.to_string())
        };
        let both = ["127.0.0.1:80", "[::1]:80"];
        assert_eq!(
            [true, false].map(|is_v6| way(&both, is_v6)),
            ["127.0.0.1:80"; 2].map(|to| Some(to.into()))
        );
        let both = ["[::1]:80", "127.0.0.1:80"];
        assert_eq!(way(&both, true).as_deref(), Some("[::1]:80"));
        assert_eq!(way(&both, false).as_deref(), Some("127.0.0.1:80"));
        assert_eq!(way(&["[::1]:80"], false), None);
    }
}
