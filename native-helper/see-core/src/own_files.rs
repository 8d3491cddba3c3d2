//! Reaches what an ordinary user has closed to himself: files of mode 000, directories without `r` or `x`. Natively their owner
//! has but to say `chmod`; here nothing is opened up for a look. A process of our own, in a user name space where the user is
//! root over his own objects and nobody else's, opens them by place and hands the descriptors over. It is started when the first
//! look is refused, and ends with us. Knows nothing of layers or sessions.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags};
use rustix::io::{Errno, Result};
use see_sys::handle::{FileHandle, name_to_handle, own_handle};
use see_sys::process::{namespace, unshare};
use serde::{Deserialize, Serialize};

use crate::beneath::{self, Facts};
use crate::engine::{namespaces, wire};

/// The word by which our program becomes that process.
pub const COMMAND: &str = "reach";

/// What is asked for, of the object at a path beneath the directory that comes along.
#[derive(Debug, Serialize, Deserialize)]
enum Wish {
    /// A descriptor, opened with these flags and confined like this.
    Open { path: Vec<u8>, flags: u32, resolve: u64 },
    /// The value of an extended attribute.
    Value { path: Vec<u8>, name: Vec<u8> },
}

/// The answer; a descriptor comes along with it.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Opened,
    Value(Vec<u8>),
    Failed(i32),
}

/// The process that opens for us.
enum Hands {
    /// Not needed yet.
    Resting,
    At(UnixStream),
    /// It could not be started, or broke: what is closed stays so.
    Missing,
}

static HANDS: Mutex<Hands> = Mutex::new(Hands::Resting);

/// What was asked for.
enum Given {
    Opened(OwnedFd),
    Value(Vec<u8>),
}

/// Asks. Fails with `EACCES` when nobody can help.
fn ask(dir: BorrowedFd<'_>, wish: &Wish) -> Result<Given> {
    if rustix::process::geteuid().is_root() {
        return Err(Errno::ACCESS);
    }
    let mut hands = HANDS.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(*hands, Hands::Resting) {
        *hands = start().map_or(Hands::Missing, Hands::At);
    }
    let Hands::At(socket) = &*hands else { return Err(Errno::ACCESS) };
    let answer =
        wire::send(socket.as_fd(), wish, &[dir]).and_then(|()| wire::receive::<Answer>(socket.as_fd()));
    match answer {
        Ok(Some((Answer::Opened, descriptors))) => {
            descriptors.into_iter().next().map(Given::Opened).ok_or(Errno::ACCESS)
        }
        Ok(Some((Answer::Value(value), _))) => Ok(Given::Value(value)),
        Ok(Some((Answer::Failed(errno), _))) => Err(Errno::from_raw_os_error(errno)),
        Ok(None) | Err(_) => {
            *hands = Hands::Missing;
            Err(Errno::ACCESS)
        }
    }
}

fn start() -> Option<UnixStream> {
    // The tests of this crate have no such command.
    if cfg!(test) {
        return None;
    }
    let (ours, theirs) = UnixStream::pair().ok()?;
    Command::new("/proc/self/exe")
        .arg0("alcatraz")
        .arg(COMMAND)
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    Some(ours)
}

/// Is that process, with the connection on descriptor 0, until it ends. Tells whether all went well.
pub fn run() -> bool {
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    if unshare(namespace::USER).is_err() || namespaces::map_self(uid, gid).is_err() {
        return false;
    }
    let socket = rustix::stdio::stdin();
    loop {
        let (wish, descriptors) = match wire::receive::<Wish>(socket) {
            Ok(Some(received)) => received,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let Some(dir) = descriptors.first() else { return false };
        let (answer, opened) = match fulfil(dir.as_fd(), &wish) {
            Ok(Given::Opened(opened)) => (Answer::Opened, Some(opened)),
            Ok(Given::Value(value)) => (Answer::Value(value), None),
            Err(errno) => (Answer::Failed(errno.raw_os_error()), None),
        };
        let along: Vec<BorrowedFd<'_>> = opened.iter().map(AsFd::as_fd).collect();
        if wire::send(socket, &answer, &along).is_err() {
            return false;
        }
    }
}

fn fulfil(dir: BorrowedFd<'_>, wish: &Wish) -> Result<Given> {
    match wish {
        Wish::Open { path, flags, resolve } => {
            let (flags, resolve) =
                (OFlags::from_bits_retain(*flags), ResolveFlags::from_bits_retain(*resolve));
            beneath::open_confined(dir, path, flags, resolve).map(Given::Opened)
        }
        Wish::Value { path, name } => {
            let place = beneath::open_confined(dir, path, OFlags::PATH, beneath::inside())?;
            let name = std::ffi::CString::new(name.as_slice()).map_err(|_| Errno::INVAL)?;
            // 64 KiB is the kernel's limit for one value.
            let mut value = vec![0; 64 * 1024];
            let length = rustix::fs::getxattr(through(place.as_fd()), &name, &mut value[..])?;
            value.truncate(length);
            Ok(Given::Value(value))
        }
    }
}

/// Returns a path by which calls that know no descriptors reach an open object.
fn through(place: BorrowedFd<'_>) -> String {
    format!("/proc/self/fd/{}", place.as_raw_fd())
}

/// Opens what is at `path` beneath `dir`, though its owner has closed it, or the way to it; else fails with `EACCES`.
pub fn open(dir: BorrowedFd<'_>, path: &[u8], flags: OFlags, resolve: ResolveFlags) -> Result<OwnedFd> {
    let (path, flags, resolve) = (path.to_vec(), flags.bits(), resolve.bits());
    match ask(dir, &Wish::Open { path, flags, resolve })? {
        Given::Opened(opened) => Ok(opened),
        Given::Value(_) => Err(Errno::ACCESS),
    }
}

/// Opens the entry `name` of `dir` by place only.
pub fn place(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd> {
    open(dir, name, OFlags::PATH, beneath::inside())
}

/// Returns the value of an extended attribute of the entry `name` of `dir`.
pub fn value(dir: BorrowedFd<'_>, name: &[u8], attribute: &[u8]) -> Result<Vec<u8>> {
    let wish = Wish::Value { path: name.to_vec(), name: attribute.to_vec() };
    match ask(dir, &wish)? {
        Given::Value(value) => Ok(value),
        Given::Opened(_) => Err(Errno::ACCESS),
    }
}

/// Does `plainly`; where that is refused, `otherwise`.
fn or_as_owner<T>(plainly: Result<T>, otherwise: impl FnOnce() -> Result<T>) -> Result<T> {
    match plainly {
        Err(Errno::ACCESS) => otherwise(),
        other => other,
    }
}

/// As [`beneath::open_dir_at`].
pub fn open_dir_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    or_as_owner(beneath::open_dir_at(dir, name), || open(dir, name, flags, beneath::inside()))
}

/// As [`beneath::open_file_at`].
pub fn open_file_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<(File, Facts)> {
    or_as_owner(beneath::open_file_at(dir, name), || {
        if !facts_at(dir, name)?.is_file() {
            return Err(Errno::INVAL);
        }
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = open(dir, name, flags, beneath::inside())?;
        let facts = beneath::facts_of(file.as_fd())?;
        if facts.is_file() { Ok((File::from(file), facts)) } else { Err(Errno::INVAL) }
    })
}

/// As [`beneath::facts_at`].
pub fn facts_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Facts> {
    or_as_owner(beneath::facts_at(dir, name), || beneath::facts_of(place(dir, name)?.as_fd()))
}

/// As [`beneath::read_link_at`].
pub fn read_link_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Vec<u8>> {
    or_as_owner(beneath::read_link_at(dir, name), || beneath::read_link_at(place(dir, name)?.as_fd(), b""))
}

/// Returns the handle of the entry `name` of `dir`.
pub fn handle_at(dir: BorrowedFd<'_>, name: &std::ffi::CStr) -> Result<FileHandle> {
    or_as_owner(name_to_handle(dir, name), || own_handle(place(dir, name.to_bytes())?.as_fd()))
}

/// Returns what the kernel says of the entry `name` of `dir`; a symlink's own.
pub fn statx(dir: BorrowedFd<'_>, name: &[u8], wanted: rustix::fs::StatxFlags) -> Result<rustix::fs::Statx> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    or_as_owner(rustix::fs::statx(dir, name, flags, wanted), || {
        rustix::fs::statx(place(dir, name)?, "", AtFlags::EMPTY_PATH, wanted)
    })
}

/// Lists the names of all extended attributes of the entry `name` of `dir` by `list`, which takes a path and follows no symlink.
pub fn list_at<T>(
    dir: BorrowedFd<'_>,
    name: &[u8],
    plainly: Result<T>,
    follow: impl FnOnce(&std::path::Path) -> Result<T>,
) -> Result<T> {
    or_as_owner(plainly, || {
        let place = place(dir, name)?;
        follow(std::path::Path::new(&through(place.as_fd())))
    })
}

/// Opens the entry `name` of `dir` itself; `flags` make nothing.
pub fn open_at(dir: BorrowedFd<'_>, name: &[u8], flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let makes = flags.contains(OFlags::CREATE);
    match rustix::fs::openat(dir, name, flags, Mode::from(0o600)) {
        Err(Errno::ACCESS) if !makes => open(dir, name, flags, ResolveFlags::empty()),
        other => other,
    }
}
