//! What a thread of the SEE says in a call: paths in its memory, its directories. All of it is hostile data.

use std::collections::HashMap;
use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::{Errno, Result};
use see_sys::memory;

/// The kernel takes no longer path.
const PATH_MOST: usize = 4096;
/// Stands for the working directory.
pub const AT_FDCWD: i32 = -100;
/// `struct sockaddr_un`.
const SOCKET_ADDRESS: usize = 110;
const AF_UNIX: u16 = 1;
/// Nearly every path fits: one small copy.
const PATH_FIRST: usize = 256;
/// So many threads' descriptors are held at hand.
const TABLES: usize = 32;

/// Reads the path at `address` of a thread's memory. Fails with `EFAULT` and `ENAMETOOLONG` where the kernel will
/// refuse the call itself.
pub fn read_path(thread: u32, address: u64, buffer: &mut [u8; PATH_MOST]) -> Result<&[u8]> {
    let count = memory::read(thread, address, buffer.get_mut(..PATH_FIRST).unwrap_or_default())?;
    let mut end = position_of_nul(buffer.get(..count).unwrap_or_default());
    if end.is_none() {
        let count = memory::read(thread, address, buffer)?;
        end = position_of_nul(buffer.get(..count).unwrap_or_default());
        if end.is_none() {
            return Err(if count == PATH_MOST { Errno::NAMETOOLONG } else { Errno::FAULT });
        }
    }
    buffer.get(..end.unwrap_or(0)).ok_or(Errno::FAULT)
}

fn position_of_nul(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == 0)
}

/// Reads the first two words of `struct open_how`: flags and mode are enough.
pub fn read_open_how(thread: u32, address: u64) -> Result<OpenHow> {
    let mut raw = [0; 24];
    if memory::read(thread, address, &mut raw)? < raw.len() {
        return Err(Errno::FAULT);
    }
    let word = |at: usize| {
        let bytes = raw.get(at..at + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        bytes.map_or(0, u64::from_le_bytes)
    };
    Ok(OpenHow { flags: word(0), resolve: word(16) })
}

/// Reads the path of a socket's address; `None` for one that is no name in a file system.
pub fn read_socket_path(thread: u32, address: u64, length: u64) -> Result<Option<Vec<u8>>> {
    let mut raw = [0; SOCKET_ADDRESS];
    let length = usize::try_from(length).unwrap_or(SOCKET_ADDRESS).min(SOCKET_ADDRESS);
    let buffer = raw.get_mut(..length).unwrap_or_default();
    if memory::read(thread, address, buffer)? < length {
        return Err(Errno::FAULT);
    }
    let Some((family, path)) = buffer.split_first_chunk::<2>() else { return Ok(None) };
    let path = path.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok((u16::from_le_bytes(*family) == AF_UNIX && !path.is_empty()).then(|| path.to_vec()))
}

/// Reads three words of a program of 32 bits.
pub fn read_words(thread: u32, address: u64) -> Result<[u32; 3]> {
    let mut raw = [0; 12];
    if memory::read(thread, address, &mut raw)? < raw.len() {
        return Err(Errno::FAULT);
    }
    let mut words = raw.chunks_exact(4).map(|word| <[u8; 4]>::try_from(word).map_or(0, u32::from_le_bytes));
    Ok([(); 3].map(|()| words.next().unwrap_or(0)))
}

/// What `openat2` is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenHow {
    /// `O_*`.
    pub flags: u64,
    /// `RESOLVE_*`.
    pub resolve: u64,
}

/// A directory of a thread that its process tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The working directory.
    Cwd,
    /// The root directory.
    Root,
    /// What this descriptor names.
    Descriptor(i32),
    /// The program file.
    Program,
}

impl Place {
    /// Returns the directory that a call counts paths from which names it so: a descriptor, or `AT_FDCWD`.
    pub fn of(dir: i32) -> Self {
        if dir == AT_FDCWD { Self::Cwd } else { Self::Descriptor(dir) }
    }

    /// Returns the link by which the kernel shows it.
    pub fn link(self, thread: u32) -> String {
        match self {
            Self::Cwd => format!("/proc/{thread}/cwd"),
            Self::Root => format!("/proc/{thread}/root"),
            Self::Descriptor(fd) => format!("/proc/{thread}/fd/{fd}"),
            Self::Program => format!("/proc/{thread}/exe"),
        }
    }
}

/// Returns the path of a thread's directory, file or program as seen from here; `None` when it has no path or is gone.
pub fn place(thread: u32, place: Place) -> Option<Vec<u8>> {
    link_path(place.link(thread).as_bytes())
}

/// Returns the absolute path that a magic link shows.
pub fn link_path(link: &[u8]) -> Option<Vec<u8>> {
    let link = std::ffi::OsStr::from_bytes(link);
    shared_path(text_at(CWD, link)?, || rustix::fs::stat(link))
}

/// Returns what a magic link shows, also of what has no path (any more).
pub fn link_text(link: &[u8]) -> Option<CString> {
    text_at(CWD, std::ffi::OsStr::from_bytes(link))
}

fn text_at(dir: impl AsFd, link: impl rustix::path::Arg) -> Option<CString> {
    rustix::fs::readlinkat(dir, link, Vec::with_capacity(256)).ok()
}

/// Tells whether a thread's directory is so deep that the kernel tells no path of it.
pub fn is_too_deep(thread: u32, place: Place) -> bool {
    let link = place.link(thread);
    matches!(rustix::fs::readlinkat(CWD, link, Vec::with_capacity(256)), Err(Errno::NAMETOOLONG))
}

/// What the kernel puts behind the name of something that is gone; a name may end so by itself.
const GONE: &[u8] = b" (deleted)";

/// Returns a path that a link told, unless it is none that the host could share: a pipe's, or of a file that is gone. From a
/// directory that is gone a way leads on upwards.
fn shared_path(told: CString, ask: impl FnOnce() -> Result<rustix::fs::Stat>) -> Option<Vec<u8>> {
    let path = told.into_bytes();
    let is_there = || {
        let stat = ask().ok()?;
        (FileType::from_raw_mode(stat.st_mode) == FileType::Directory || stat.st_nlink > 0).then_some(())
    };
    if path.first() != Some(&b'/') || path.ends_with(GONE) && is_there().is_none() {
        return None;
    }
    Some(path)
}

/// What descriptors name, for threads that are asked often: each thread's table is held open.
#[derive(Debug, Default)]
pub struct Descriptors(HashMap<u32, OwnedFd>);

impl Descriptors {
    /// Returns the path of what a thread's descriptor names; `None` when it has none.
    pub fn place(&mut self, thread: u32, fd: i32) -> Option<Vec<u8>> {
        let number = fd.to_string();
        if let Some(table) = self.0.get(&thread) {
            match text_at(table, number.as_str()) {
                Some(told) => return shared_path(told, || stat_at(table, &number)),
                // The thread is gone, and its number may be another's; or the descriptor is closed.
                None => drop(self.0.remove(&thread)),
            }
        }
        if self.0.len() >= TABLES {
            self.0.clear();
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let table = rustix::fs::openat(CWD, format!("/proc/{thread}/fd"), flags, Mode::empty()).ok()?;
        let path = shared_path(text_at(&table, number.as_str())?, || stat_at(&table, &number));
        self.0.insert(thread, table);
        path
    }
}

fn stat_at(table: &OwnedFd, number: &str) -> Result<rustix::fs::Stat> {
    rustix::fs::statat(table, number, AtFlags::empty())
}

/// Returns the mount name space of a thread.
pub fn mount_namespace(thread: u32) -> Option<u64> {
    rustix::fs::stat(format!("/proc/{thread}/ns/mnt")).ok().map(|stat| stat.st_ino)
}

/// Tells whether a thread may be in the middle of this call: not when the kernel says that it waits elsewhere, or that it is
/// gone. Of a thread that runs nothing is known.
pub fn may_be_in(thread: u32, call: u32) -> bool {
    match std::fs::read(format!("/proc/{thread}/syscall")) {
        Ok(told) => {
            let number = told.split(|byte| *byte == b' ' || *byte == b'\n').next().unwrap_or_default();
            number == b"running" || number == call.to_string().as_bytes()
        }
        Err(error) => !matches!(Errno::from_io_error(&error), Some(Errno::NOENT | Errno::SRCH)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_short_and_long_paths_of_its_own() {
        let me = std::process::id();
        let mut buffer = [0; PATH_MOST];
        for length in [0, 1, 255, 256, 257, 4000, 4095] {
            let text = std::ffi::CString::new(vec![b'x'; length]).unwrap();
            assert_eq!(read_path(me, text.as_ptr() as u64, &mut buffer).map(<[u8]>::len), Ok(length));
        }
        let text = std::ffi::CString::new(vec![b'x'; 9000]).unwrap();
        assert_eq!(read_path(me, text.as_ptr() as u64, &mut buffer), Err(Errno::NAMETOOLONG));
        assert_eq!(read_path(me, 0, &mut buffer), Err(Errno::FAULT));
    }

    #[test]
    fn names_of_sockets_are_read() {
        let me = std::process::id();
        let read = |family: u16, rest: &[u8], length: Option<usize>| {
            let raw = [&family.to_le_bytes(), rest].concat();
            read_socket_path(me, raw.as_ptr() as u64, length.unwrap_or(raw.len()) as u64)
        };
        assert_eq!(read(1, b"/run/s\0more", None), Ok(Some(b"/run/s".to_vec())));
        assert_eq!(read(1, b"unended", None), Ok(Some(b"unended".to_vec())));
        assert_eq!(read(1, &[b'x'; 300], Some(usize::MAX)), Ok(Some(vec![b'x'; 108])));
        for (family, rest) in [(1, &b"\0abstract"[..]), (1, b""), (2, b"abcdef")] {
            assert_eq!(read(family, rest, None), Ok(None));
        }
        assert_eq!((read(1, b"", Some(1)), read_socket_path(me, 0, 9)), (Ok(None), Err(Errno::FAULT)));
        assert_eq!(read_words(me, [1_u32, 2, 3].as_ptr() as u64), Ok([1, 2, 3]));
    }

    #[test]
    fn deleted_things_and_pipes_have_no_path() {
        use std::os::fd::AsRawFd as _;
        let me = std::process::id();
        let file = tempfile::tempfile().unwrap();
        assert_eq!(place(me, Place::Descriptor(file.as_raw_fd())), None);
        let (reader, _writer) = rustix::pipe::pipe().unwrap();
        assert_eq!(place(me, Place::Descriptor(reader.as_raw_fd())), None);
        assert_eq!(place(me, Place::Root), Some(b"/".to_vec()));
        assert_eq!(place(u32::MAX, Place::Cwd), None);
    }

    #[test]
    fn a_name_may_end_as_what_is_gone_does() {
        use std::os::fd::AsRawFd as _;
        let me = std::process::id();
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("x (deleted)");
        let is_told = |file: &std::fs::File, path: &std::path::Path| {
            let mut known = Descriptors::default();
            let told = place(me, Place::Descriptor(file.as_raw_fd()));
            assert_eq!(told, known.place(me, file.as_raw_fd()));
            assert_eq!(told, known.place(me, file.as_raw_fd()));
            told.as_deref() == Some(path.as_os_str().as_bytes())
        };
        let file = std::fs::File::create(&path).unwrap();
        assert!(is_told(&file, &path));
        std::fs::remove_file(&path).unwrap();
        assert!(!is_told(&file, &path));
        let below = room.path().join("gone");
        std::fs::create_dir(&below).unwrap();
        let dir = std::fs::File::open(&below).unwrap();
        std::fs::remove_dir(&below).unwrap();
        assert!(is_told(&dir, &room.path().join("gone (deleted)")));
    }

    #[test]
    fn descriptors_are_told_as_they_are_now() {
        use std::os::fd::AsRawFd as _;
        let me = std::process::id();
        let mut known = Descriptors::default();
        let mut dir = OwnedFd::from(std::fs::File::open("/usr").unwrap());
        let fd = dir.as_raw_fd();
        assert_eq!(known.place(me, fd), Some(b"/usr".to_vec()));
        let other = std::fs::File::open("/etc").unwrap();
        rustix::io::dup2(&other, &mut dir).unwrap();
        assert_eq!(known.place(me, fd), Some(b"/etc".to_vec()));
        assert_eq!(known.place(me, i32::MAX), None);
        assert_eq!(known.place(u32::MAX, fd), None);
    }
}
