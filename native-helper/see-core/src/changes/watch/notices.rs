//! Notices of the kernel about a layer's directories (inotify). They say where to look again, never what is there.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use crate::changes::entry::{Dir, DirKey};
use crate::changes::ground::Source;

/// Where to look again.
pub enum Notice {
    /// At one name of a directory.
    Name(DirKey, Box<[u8]>),
    /// At the directory itself.
    Itself(DirKey),
    /// Everywhere: notices were lost.
    Everywhere,
}

/// The watches on a layer's directories.
pub struct Notices {
    fd: OwnedFd,
    by_watch: HashMap<i32, DirKey>,
    by_dir: HashMap<DirKey, i32>,
    /// Whether some directory could not be watched: there are only so many watches.
    pub is_blind: bool,
}

impl Notices {
    /// Starts without any watch.
    pub fn new() -> Result<Self, Errno> {
        let fd = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        Ok(Self { fd, by_watch: HashMap::new(), by_dir: HashMap::new(), is_blind: false })
    }

    /// Returns what becomes readable when there are notices.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Watches a directory. What changes in it after this call is noticed.
    pub fn add(&mut self, key: DirKey, source: &Source, dir: &Dir) {
        // Content writes are noticed where the kernel tells of writes to backing files; elsewhere files are looked
        // at again now and then.
        let flags = WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVE
            | WatchFlags::ATTRIB
            | WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::ONLYDIR
            | WatchFlags::EXCL_UNLINK;
        let Ok(place) = source.upper.place(&dir.relative) else { return };
        let path = format!("/proc/self/fd/{}", place.as_raw_fd());
        match inotify::add_watch(&self.fd, path.as_str(), flags) {
            Ok(watch) => {
                // A directory that was moved keeps its watch.
                if let Some(old) = self.by_watch.insert(watch, key) {
                    self.by_dir.remove(&old);
                }
                self.by_dir.insert(key, watch);
            }
            Err(Errno::NOSPC | Errno::NOMEM) => self.is_blind = true,
            // It went away: its parent's notice says so.
            Err(_) => {}
        }
    }

    /// Stops watching a directory that is gone.
    pub fn remove(&mut self, key: DirKey) {
        let Some(watch) = self.by_dir.remove(&key) else { return };
        if self.by_watch.get(&watch) == Some(&key) {
            self.by_watch.remove(&watch);
            // Fails when the kernel has removed it already, with the directory.
            let _ = inotify::remove_watch(&self.fd, watch);
        }
    }

    /// Reads notices that have arrived, at most some thousands at a time.
    pub fn read(&mut self) -> Result<Vec<Notice>, Errno> {
        let mut buffer = vec![MaybeUninit::<u8>::uninit(); 256 * 1024];
        let mut notices = Vec::new();
        let mut reader = inotify::Reader::new(&self.fd, &mut buffer);
        let mut ended = Vec::new();
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => break,
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(errno),
            };
            let flags = event.events();
            if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                notices.push(Notice::Everywhere);
            }
            if flags.contains(ReadFlags::IGNORED) {
                ended.push(event.wd());
                continue;
            }
            let Some(key) = self.by_watch.get(&event.wd()) else { continue };
            notices.push(match event.file_name() {
                Some(name) => Notice::Name(*key, Box::from(name.to_bytes())),
                None => Notice::Itself(*key),
            });
            if notices.len() >= 16 * 1024 {
                break;
            }
        }
        for watch in ended {
            if let Some(key) = self.by_watch.remove(&watch) {
                self.by_dir.remove(&key);
            }
        }
        Ok(notices)
    }
}
