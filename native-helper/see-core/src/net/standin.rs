//! Connects in a program's place, with the program's own socket and a copy of its address: for machines where a socket
//! cannot be locked against connecting, so that no such call may go on. Only for programs of this process's own user.

use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use see_sys::seccomp_notify::{Listener, Notification};

use crate::interpose::actor::Answer;

use super::hands::Hands;

const AF_UNIX: u16 = 1;

/// Connects and answers.
pub fn connect(
    hands: &Hands,
    listener: &Arc<Listener>,
    call: &Notification,
    socket: OwnedFd,
    raw: Vec<u8>,
) -> Result<Answer, Errno> {
    let (thread, id) = (call.thread, call.id);
    if see_sys::socket::is_nonblocking(&socket)? {
        return connect_now(thread, &socket, &raw).map(|()| Answer::Value(0));
    }
    let listener = Arc::clone(listener);
    hands.take(move || {
        let connected = connect_now(thread, &socket, &raw);
        // An error means that nobody waits any more.
        let _ = listener.answer(id, connected.map(|()| 0));
    })?;
    Ok(Answer::Later)
}

fn connect_now(thread: u32, socket: &OwnedFd, raw: &[u8]) -> Result<(), Errno> {
    let family = raw.get(..2).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok()).map(u16::from_ne_bytes);
    let path = match (family, raw.get(2..)) {
        (Some(AF_UNIX), Some(name)) if name.first().is_some_and(|byte| *byte != 0) => {
            name.split(|byte| *byte == 0).next().unwrap_or_default()
        }
        _ => return see_sys::socket::connect(socket.as_fd(), raw),
    };
    // The path means what it means to the program; the object that it leads to is then named by our descriptor.
    let object = open_inside(thread, path)?;
    let name = format!("/proc/self/fd/{}", object.as_raw_fd());
    let address = [&AF_UNIX.to_ne_bytes()[..], name.as_bytes(), &[0]].concat();
    see_sys::socket::connect(socket.as_fd(), &address)
}

fn open_inside(thread: u32, path: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let root =
        rustix::fs::openat(CWD, format!("/proc/{thread}/root"), flags | OFlags::DIRECTORY, Mode::empty())?;
    let mut whole = Vec::new();
    if path.first() != Some(&b'/') {
        let cwd = std::fs::read_link(format!("/proc/{thread}/cwd"));
        whole.extend_from_slice(cwd.map_err(|_| Errno::NOENT)?.as_os_str().as_bytes());
        whole.push(b'/');
    }
    whole.extend_from_slice(path);
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, std::ffi::OsStr::from_bytes(&whole), flags, Mode::empty(), resolve)
}
