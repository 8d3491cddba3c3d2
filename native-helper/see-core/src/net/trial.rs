//! Tries what seeing and answering calls rests on: the record, ports that lead in, connections elsewhere. Knows no session.

use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::{AsFd as _, BorrowedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::process::WaitOptions;
use see_sys::process::{exit_now, fork};
use see_sys::seccomp_notify::{Listener, Notification, Wanted, When, install};

use crate::engine::wire;
use crate::error::{ErrorCode, Result, SeeError};

use super::address;
use super::caller::{self, Caller};
use super::switchboard::own_network;

/// `bind`, on x86-64.
const BIND: u32 = 49;
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What is done with the call of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is read and goes on, as for the record.
    Read,
    /// A socket of this machine's is put in the place of the caller's.
    HandIn,
}

/// Has a child make a call, and does this with it. For a process with one thread.
pub fn answer_a_call(deed: Deed) -> Result<()> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
        .map_err(|e| refused("no connection", e))?;
    let Some(child) = fork(0).map_err(|e| refused("no process", e))? else {
        drop(ours);
        exit_now(i32::from(call(theirs.as_fd()).is_err()))
    };
    drop(theirs);
    let answered = answer(ours.as_fd(), deed);
    let ended = rustix::process::waitpid(Some(child), WaitOptions::empty());
    answered?;
    match ended {
        Ok(Some((_, status))) if status.exit_status() == Some(0) => Ok(()),
        _ => Err(refused("what was answered did not reach the caller", Errno::IO)),
    }
}

/// In the child: has its calls reported, and makes one.
fn call(connection: BorrowedFd<'_>) -> Result<()> {
    let wanted = [Wanted { number: BIND, when: When::Always }];
    let installed = rustix::thread::set_no_new_privs(true).and_then(|()| install(&wanted, &[]));
    let listener = match installed {
        Ok(listener) => listener,
        Err(errno) => return wire::send(connection, &errno.raw_os_error(), &[]),
    };
    wire::send(connection, &0, &[listener.as_fd()])?;
    drop(listener);
    let bound = || {
        let socket = see_sys::socket::socket(2, 1, 0)?;
        see_sys::socket::bind(socket.as_fd(), &loopback()?)?;
        see_sys::socket::name(socket.as_fd())
    };
    let name = bound().map_err(|e| refused("the call failed", e))?;
    let has_port = address::parse(&name).is_some_and(|name| name.port() != 0);
    if has_port { Ok(()) } else { Err(refused("no port was bound", Errno::IO)) }
}

fn answer(connection: BorrowedFd<'_>, deed: Deed) -> Result<()> {
    let listener = match wire::receive::<i32>(connection)? {
        Some((0, descriptors)) => descriptors.into_iter().next(),
        Some((errno, _)) => {
            return Err(refused("the kernel reports no calls", Errno::from_raw_os_error(errno)));
        }
        None => None,
    };
    let listener = Listener::new(listener.ok_or_else(|| refused("the child said nothing", Errno::IO))?);
    let call = listener.turn().receive().map_err(|e| refused("no call was reported", e))?;
    let call = call.ok_or_else(|| refused("no call was reported", Errno::IO))?;
    let caller = Caller::new(&call);
    let to = caller.address(1, 2).map_err(|e| refused("what a program says in a call cannot be read", e))?;
    if address::parse(&to).is_none_or(|to| to.ip() != HOME) {
        return Err(refused("what a program says in a call was read wrong", Errno::IO));
    }
    match deed {
        Deed::Read => listener.let_run(call.id).map(drop).map_err(|e| refused("a call cannot go on", e)),
        Deed::HandIn => {
            let (_, locks) = own_network()?;
            hand_in(&listener, &call, &caller, locks)
                .map_err(|e| refused("a socket cannot be put in the place of a program's", e))
        }
    }
}

fn hand_in(
    listener: &Listener,
    call: &Notification,
    caller: &Caller<'_>,
    locks: bool,
) -> std::result::Result<(), Errno> {
    let door = caller::twin(caller.socket()?.as_fd(), false)?;
    see_sys::socket::tie_to_loopback(door.as_fd())?;
    if locks {
        see_sys::socket::forbid_connecting(door.as_fd(), None)?;
    }
    see_sys::socket::bind(door.as_fd(), &loopback()?)?;
    listener.hand_in(call.id, door.as_fd(), caller.number(), caller.closes_on_exec())?;
    listener.answer(call.id, Ok(0))
}

/// Any port of the loopback.
fn loopback() -> std::result::Result<Vec<u8>, Errno> {
    address::encode(HOME, 0, false).ok_or(Errno::INVAL)
}

fn refused(what: &str, errno: Errno) -> Box<SeeError> {
    let mend = match errno {
        Errno::PERM => {
            "Let a process look into those that it started: sudo sysctl kernel.yama.ptrace_scope=1"
        }
        Errno::BUSY => "Run it outside of what answers its calls already: another session, or a container.",
        _ => "Use Linux 5.14 or newer, with CONFIG_SECCOMP_FILTER=y.",
    };
    SeeError::new(ErrorCode::CannotIsolate, format!("The trial failed: {what}: {errno}."), mend)
}
