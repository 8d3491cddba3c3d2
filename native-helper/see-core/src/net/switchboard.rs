//! Decides the calls of a SEE's programs about addresses: records what is tried, hands in the host's sockets for ports that
//! are redirected, and sees that none of those ever connects to anybody.
//!
//! A call that goes on as it is can be changed by another thread after it was looked at: its address, and which socket its
//! number means. So nothing is kept out here by letting a call go on. What leaves is decided by the packet filter; and a
//! socket of the host's network is made so that it cannot connect (`forbid_connecting`) before it is handed in. Where the
//! kernel lets only root do that, no call that connects goes on at all: a stand-in makes each. Connecting with the first
//! bytes, which would send before any answer, is refused by arguments that are numbers.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::Errno;
use see_sys::seccomp_notify::{Listener, Notification};

use crate::error::{ErrorCode, Reason, Result, SeeError};
use crate::interpose::actor::{Actor, Answer};
use crate::interpose::calls::Reported;
use crate::path::wire_text;
use crate::policy::Policy;
use crate::record::event::{Action, Event, NetworkTry, Protocol, Verdict};
use crate::record::log::Log;
use crate::roll::Roll;
use crate::timestamp::Timestamp;

use super::address;
use super::caller::{self, Caller};
use super::calls::{self, Call};
use super::detour::Detour;
use super::doors::Doors;
use super::hands::Hands;
use super::host_sockets::HostSockets;
use super::policy::Redirect;
use super::reach::{Reach, Reached};
use super::standin;

/// So many places are remembered; the kernel notes no more.
const MOST_TOLD: usize = 32_768;

/// The decider.
#[derive(Debug)]
pub struct Switchboard {
    doors: Doors,
    detours: Vec<Detour>,
    reach: Arc<Reach>,
    log: Arc<Log>,
    roll: Arc<Roll>,
    sockets: HostSockets,
    /// What the record tells of that leaves, by place and whether TCP was spoken.
    told: Mutex<HashSet<(SocketAddr, bool)>>,
    /// The number of the host's network, when sockets of it may be in the SEE.
    host: Option<u64>,
    /// Whether sockets can be locked; else a stand-in connects.
    locks: bool,
    hands: Hands,
}

impl Switchboard {
    /// Returns one for these redirections.
    pub fn new(
        policy: &Policy,
        reach: Arc<Reach>,
        log: Arc<Log>,
        roll: Arc<Roll>,
        sockets: HostSockets,
    ) -> Result<Self> {
        let doors = Doors::new(policy.redirect.clone());
        let (host, locks) = match doors.is_empty() && policy.connect.is_empty() {
            true => (None, true),
            false => own_network().map(|(network, locks)| (Some(network), locks))?,
        };
        let hands = Hands::default();
        let detour = |reroute| Detour::new(reroute, hands.clone(), locks);
        let detours = policy.connect.iter().map(detour).collect::<Result<_>>()?;
        let told = Mutex::default();
        Ok(Self { doors, detours, reach, log, roll, sockets, told, host, locks, hands })
    }

    /// Adds what the kernel noted and no look has seen: a call that was changed after the look, or that nobody looks at.
    pub fn add_notes(&self, notes: Vec<(SocketAddr, bool)>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for (to, is_tcp) in notes {
            if told.insert((to, is_tcp)) {
                let protocol = if is_tcp { Protocol::Tcp } else { Protocol::Udp };
                let action = if is_tcp { Action::Connect } else { Action::Send };
                let tried = Tried { action, protocol, to };
                self.log.add(&tried.event(self.verdict(tried), None, (String::new(), None)));
            }
        }
    }

    fn record(&self, caller: &Caller<'_>, tried: Tried, verdict: Verdict, instead: Option<String>) {
        let Tried { action, protocol, to } = tried;
        let run = self.roll.of(caller.thread());
        let id = run.as_ref().and_then(|run| run.id);
        let program = self.roll.file_of(caller.thread()).unwrap_or_default();
        let program = wire_text(&program).0;
        if matches!(verdict, Verdict::Allowed | Verdict::Refused) && action != Action::Bind {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.len() < MOST_TOLD {
                told.insert((tried.place(), protocol == Protocol::Tcp));
            }
        }
        let once = (action, protocol, to, verdict, program.clone());
        self.log.add_once(once, || tried.event(verdict, instead, (program, id)));
    }

    fn bind(&self, listener: &Listener, call: &Notification) -> std::result::Result<Answer, Errno> {
        let caller = Caller::new(call);
        let Some(to) = address::parse(&caller.address(1, 2)?) else { return Ok(Answer::Run) };
        let socket = caller.socket()?;
        let protocol = protocol_of(socket.as_fd());
        let tried = Tried { action: Action::Bind, protocol, to };
        let family = caller::tcp_family(socket.as_fd());
        let redirect = self.doors.to(to.port());
        let (Some(redirect), Some(is_v6), false) = (redirect, family, self.is_hosts(socket.as_fd())?) else {
            self.record(&caller, tried, Verdict::Local, None);
            return Ok(Answer::Run);
        };
        let takes_v4 = is_v6 && !caller::is_v6_only(socket.as_fd()) && redirect.address.is_none();
        let outside = redirect.address_for(is_v6 && !takes_v4);
        let instead = SocketAddr::new(outside, redirect.outside).to_string();
        let handed = self.open_door(listener, call, &caller, socket.as_fd(), redirect, (outside, is_v6));
        let verdict = if handed.is_ok() { Verdict::Redirected } else { Verdict::Refused };
        self.record(&caller, tried, verdict, Some(instead));
        handed.map(|()| Answer::Value(0))
    }

    /// Puts a socket of the host's network, bound to the outside port, in the place of the program's.
    fn open_door(
        &self,
        listener: &Listener,
        call: &Notification,
        caller: &Caller<'_>,
        socket: BorrowedFd<'_>,
        redirect: &Redirect,
        (outside, is_v6): (std::net::IpAddr, bool),
    ) -> std::result::Result<(), Errno> {
        let door = caller::twin(socket, is_v6)?;
        let raw = address::encode(outside, redirect.outside, is_v6).ok_or(Errno::ADDRNOTAVAIL)?;
        if outside.to_canonical().is_loopback() {
            see_sys::socket::tie_to_loopback(door.as_fd())?;
        }
        if self.locks {
            see_sys::socket::forbid_connecting(door.as_fd(), Some(redirect.outside))?;
        }
        self.doors.open(redirect.outside, door.as_fd(), &raw)?;
        listener.hand_in(call.id, door.as_fd(), caller.number(), caller.closes_on_exec())
    }

    fn connect(&self, listener: &Arc<Listener>, call: &Notification) -> std::result::Result<Answer, Errno> {
        let caller = Caller::new(call);
        let raw = caller.address(1, 2)?;
        let to = address::parse(&raw);
        if to.is_none() {
            self.sockets.see(call.thread, &raw);
        }
        if to.is_none() && self.host.is_none() {
            return Ok(Answer::Run);
        }
        let socket = caller.socket()?;
        if self.is_hosts(socket.as_fd())? {
            if let Some(to) = to {
                let tried = Tried { action: Action::Connect, protocol: Protocol::Tcp, to };
                self.record(&caller, tried, Verdict::Refused, None);
            }
            return Err(Errno::PERM);
        }
        let Some(to) = to else { return self.go_on(listener, call, socket, raw) };
        let tried = Tried { action: Action::Connect, protocol: protocol_of(socket.as_fd()), to };
        let detour = self.detours.iter().find(|detour| detour.leads_from(to));
        let is_v6 = caller::tcp_family(socket.as_fd());
        if let (Some(detour), Some(is_v6)) = (detour, is_v6) {
            let Some(way) = detour.way(is_v6) else {
                self.record(&caller, tried, Verdict::Refused, None);
                return Err(Errno::NETUNREACH);
            };
            self.record(&caller, tried, Verdict::Redirected, Some(way.to_string()));
            let twin = caller::twin(socket.as_fd(), is_v6)?;
            detour.take(
                way,
                Arc::clone(listener),
                call.id,
                twin,
                (caller.number(), caller.closes_on_exec()),
            )?;
            return Ok(Answer::Later);
        }
        self.record(&caller, tried, self.verdict(tried), None);
        self.go_on(listener, call, socket, raw)
    }

    /// Has a connection made as the program wants it.
    fn go_on(
        &self,
        listener: &Arc<Listener>,
        call: &Notification,
        socket: OwnedFd,
        raw: Vec<u8>,
    ) -> std::result::Result<Answer, Errno> {
        if self.locks { Ok(Answer::Run) } else { standin::connect(&self.hands, listener, call, socket, raw) }
    }

    fn send(&self, call: &Notification) -> std::result::Result<Answer, Errno> {
        let caller = Caller::new(call);
        if self.host.is_some() && calls::is_fast_open(caller.argument(3)) {
            return Err(Errno::OPNOTSUPP);
        }
        let raw = caller.address(4, 5)?;
        let Some(to) = address::parse(&raw) else {
            self.sockets.see(call.thread, &raw);
            return Ok(Answer::Run);
        };
        let tried = Tried { action: Action::Send, protocol: protocol_of(caller.socket()?.as_fd()), to };
        self.record(&caller, tried, self.verdict(tried), None);
        Ok(Answer::Run)
    }

    /// Tells the port that the program asked for, not the one that it got.
    fn name(&self, call: &Notification) -> std::result::Result<Answer, Errno> {
        let caller = Caller::new(call);
        let socket = caller.socket()?;
        if !self.is_hosts(socket.as_fd())? {
            return Ok(Answer::Run);
        }
        let mut raw = see_sys::socket::name(socket.as_fd())?;
        let redirect = address::parse(&raw).and_then(|own| self.doors.from(own.port()));
        if let (Some(redirect), Some(port)) = (redirect, raw.get_mut(2..4)) {
            port.copy_from_slice(&redirect.inside.to_be_bytes());
        }
        caller.tell_address(&raw, 1, 2)?;
        Ok(Answer::Value(0))
    }

    fn verdict(&self, tried: Tried) -> Verdict {
        match self.reach.of(tried.to, tried.protocol == Protocol::Tcp) {
            Reached::Local => Verdict::Local,
            Reached::Allowed => Verdict::Allowed,
            Reached::Refused => Verdict::Refused,
        }
    }

    /// Tells whether a socket belongs to the host's network.
    fn is_hosts(&self, socket: BorrowedFd<'_>) -> std::result::Result<bool, Errno> {
        match self.host {
            None => Ok(false),
            Some(host) => match see_sys::socket::network(socket) {
                Ok(network) => Ok(network == host),
                // A descriptor that is no socket fails in the call itself.
                Err(Errno::NOTSOCK) => Ok(false),
                Err(e) => Err(e),
            },
        }
    }
}

impl Actor for Switchboard {
    fn claims(&self) -> Reported {
        calls::reported(self.host.is_some())
    }

    fn act(&self, listener: &Arc<Listener>, call: &Notification) -> Answer {
        let Some(kind) = calls::call(call.arch, call.number) else { return Answer::Fail(Errno::PERM) };
        let decided = match kind {
            Call::Bind => self.bind(listener, call),
            Call::Connect => self.connect(listener, call),
            Call::SendTo => self.send(call),
            Call::FastOpen => Err(Errno::OPNOTSUPP),
            Call::FastOpenOption if Caller::new(call).argument(1) == calls::TCP => Err(Errno::NOPROTOOPT),
            Call::FastOpenOption => Ok(Answer::Run),
            Call::Name => self.name(call),
        };
        match decided {
            Ok(answer) => answer,
            // Nothing has to be kept out: a call that makes no sense fails by itself.
            Err(_) if self.host.is_none() => Answer::Run,
            Err(errno) => Answer::Fail(errno),
        }
    }
}

/// A try.
#[derive(Clone, Copy, Debug)]
struct Tried {
    action: Action,
    protocol: Protocol,
    to: SocketAddr,
}

impl Tried {
    /// Where to: an IPv4 address that was written as one of IPv6 is what it is.
    fn place(self) -> SocketAddr {
        SocketAddr::new(self.to.ip().to_canonical(), self.to.port())
    }

    /// Returns what the record tells of it: tried now, by this program.
    fn event(
        self,
        verdict: Verdict,
        instead: Option<String>,
        (program, program_id): (String, Option<u32>),
    ) -> Event {
        let (action, protocol, place) = (self.action, self.protocol, self.place());
        Event::Network(NetworkTry {
            time: Timestamp::now().to_rfc3339(),
            action,
            protocol,
            address: place.ip(),
            port: place.port(),
            verdict,
            instead,
            program,
            program_id,
        })
    }
}

fn protocol_of(socket: BorrowedFd<'_>) -> Protocol {
    /// `SOL_SOCKET` and `SO_PROTOCOL`.
    const PROTOCOL: (i32, i32) = (1, 38);
    match see_sys::socket::option(socket, PROTOCOL.0, PROTOCOL.1) {
        Ok(6) => Protocol::Tcp,
        Ok(17) => Protocol::Udp,
        _ => Protocol::Other,
    }
}

/// Returns the number of this process's network, and whether sockets can be locked against connecting here.
pub(super) fn own_network() -> Result<(u64, bool)> {
    let own = || {
        let socket = see_sys::socket::socket(2, 1, 0)?;
        let locks = match see_sys::socket::forbid_connecting(socket.as_fd(), None) {
            Ok(()) => true,
            // A stand-in has this user's rights, and only those: never root's.
            Err(Errno::PERM) if !rustix::process::geteuid().is_root() => false,
            Err(e) => return Err(e),
        };
        Ok((see_sys::socket::network(socket.as_fd())?, locks))
    };
    own().map_err(|e| {
        SeeError::new(
            ErrorCode::CannotIsolate,
            format!(
                "Ports cannot be redirected: the kernel does not tell networks apart, or lock sockets ({e})."
            ),
            "Use Linux 5.14 or newer, or leave out --redirect and --connect.",
        )
        .because(Reason::NoRedirection)
    })
}
