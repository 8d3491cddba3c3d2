//! The index of the database's log, which SQLite maps into the memory of every process that has the store open. A page of
//! a mapping that has no room on the disk gets it when it is first written to, and on a full disk the kernel kills the writer
//! instead (SIGBUS). So the file has all its room before anybody maps it. Knows the name and the layout of that file, and no records.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, FallocateFlags, Mode as Bits, OFlags, Stat};
use rustix::io::Errno;
use see_sys::byte_lock::{Kind, try_lock};

use crate::error::Result;

use super::location::Place;
use super::{disk_full, unusable};

const FILE: &str = "alcatraz.db-shm";
/// How much SQLite maps at once: enough for a log of four thousand pages, and it is folded in long before.
const SIZE: usize = 32 * 1024;
/// The same in the blocks that `stat` counts in.
const BLOCKS: i64 = 64;
/// The byte that everybody who has it mapped holds a shared lock on. Who finds it free begins the file anew.
const IN_USE: i64 = 128;
/// How long another process may take to begin it anew: that is one short write.
const PATIENCE: Duration = Duration::from_secs(10);
const WRITABLE: &str = "Make it writable for you, or name another store with --store.";
const LOCAL: &str = "Name a store on a local file system with --store.";

/// The files that this process holds, by device and inode, and how many hold each. SQLite's own locks belong to the
/// process: closing any descriptor of a file frees them all, so there is one, closed when nobody needs it any more.
static HELD: Mutex<Option<HashMap<Number, (File, usize)>>> = Mutex::new(None);

type Number = (u64, u64);

/// Keeps the index as it is: as long as one process has this, SQLite of no process begins it anew without room. Drop it after
/// the connection.
#[derive(Debug)]
pub(super) struct LogIndex(Number);

impl LogIndex {
    /// Gives the index all its room. Fails with `disk-full` when there is none. Call before the database is opened.
    pub fn hold(place: &Place) -> Result<Self> {
        let failed = |errno: Errno| match errno {
            Errno::NOSPC | Errno::DQUOT => disk_full(),
            Errno::ROFS | Errno::ACCESS | Errno::PERM => {
                unusable(&place.path, format_args!("it cannot be written: {errno}"), WRITABLE)
            }
            errno => unusable(&place.path, format_args!("the index of its log fails: {errno}"), LOCAL),
        };
        let mut held = held();
        let held = held.get_or_insert_default();
        if let Ok(stat) = rustix::fs::statat(&place.dir, FILE, AtFlags::SYMLINK_NOFOLLOW) {
            if let Some((_, holders)) = held.get_mut(&number(&stat)) {
                *holders += 1;
                return Ok(Self(number(&stat)));
            }
        }
        let file = open(&place.dir).map_err(failed)?;
        make_whole(&file).map_err(failed)?;
        let number = number(&rustix::fs::fstat(&file).map_err(failed)?);
        held.insert(number, (file, 1));
        Ok(Self(number))
    }
}

impl Drop for LogIndex {
    fn drop(&mut self) {
        let mut held = held();
        let Some(held) = held.as_mut() else { return };
        if let Some((_, holders)) = held.get_mut(&self.0) {
            *holders -= 1;
            if *holders == 0 {
                held.remove(&self.0);
            }
        }
    }
}

fn held() -> MutexGuard<'static, Option<HashMap<Number, (File, usize)>>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number(stat: &Stat) -> Number {
    (stat.st_dev, stat.st_ino)
}

fn open(dir: &OwnedFd) -> std::result::Result<File, Errno> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(dir, FILE, flags, Bits::RUSR | Bits::WUSR).map(File::from)
}

/// Gives the file its room, and takes a shared lock on it.
fn make_whole(file: &File) -> std::result::Result<(), Errno> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if try_lock(file, IN_USE, Kind::Exclusive)? {
            // Nobody has it mapped. What a process that was killed left in it means nothing: as SQLite itself does it, the first
            // one begins with nothing, and reads the log. Written, not only allocated: that asks for no room later.
            let zeros = vec![0; SIZE];
            file.write_all_at(&zeros, 0).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))?;
            rustix::fs::ftruncate(file, SIZE as u64)?;
            return try_lock(file, IN_USE, Kind::Shared)?.then_some(()).ok_or(Errno::NOLCK);
        }
        if try_lock(file, IN_USE, Kind::Shared)? {
            // In use: what is in it stays, and gets the room that it may lack.
            if rustix::fs::fstat(file)?.st_blocks >= BLOCKS {
                return Ok(());
            }
            return match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, SIZE as u64) {
                Err(Errno::OPNOTSUPP) => Ok(()),
                other => other,
            };
        }
        if Instant::now() >= deadline {
            return Err(Errno::AGAIN);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
