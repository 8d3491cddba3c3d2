//! The socket by which a session's supervisor is reached. Knows where it lies, and that its path may be longer than an address
//! takes; not what is said by it.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use crate::error::Result;
use crate::store::Store;

use super::rooms;

/// Returns where the socket of a session's supervisor lies.
pub fn place(store: &Store, session: &str) -> PathBuf {
    store.session_dir(session).join("supervisor.sock")
}

/// Connects to a session's supervisor.
pub fn connect(store: &Store, session: &str) -> std::io::Result<UnixStream> {
    let (_dir, path) = short_path(&place(store, session))?;
    UnixStream::connect(path)
}

/// Listens at a place.
pub fn listen(socket: &Path) -> Result<UnixListener> {
    let listening =
        short_path(socket).map_err(std::io::Error::from).and_then(|(_dir, path)| UnixListener::bind(path));
    listening.map_err(|e| rooms::os("making", socket, Errno::from_io_error(&e).unwrap_or(Errno::IO)))
}

/// Returns a path to `socket` that is short enough for a socket's address, and the directory that it goes through.
fn short_path(socket: &Path) -> std::result::Result<(OwnedFd, PathBuf), Errno> {
    let parent = socket.parent().ok_or(Errno::INVAL)?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = rustix::fs::openat(CWD, parent, flags, Mode::empty())?;
    let name = socket.file_name().unwrap_or_default();
    let path = PathBuf::from(format!("/proc/self/fd/{}", dir.as_raw_fd())).join(name);
    Ok((dir, path))
}
