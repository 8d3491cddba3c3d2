//! How threads see paths once something was mounted, or a root directory changed: their mount tables, each read once and again
//! when it may have changed. A program can make such a table as long as the kernel lets it: one too long is not taken.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, StatxFlags, makedev};
use rustix::io::Errno;
use see_sys::handle::own_handle;

use crate::mounts::{self, Mount};
use crate::path::HostPath;

use super::tracee::{self, Place};
use super::unfinished::{Stamp, Unfinished};
use super::view::{Point, Sight, Table, Target};

/// The kernel tells of a table in so many bytes at most: some ten thousand mounts, if their paths are short.
const MOST_BYTES: u64 = 8 << 20;
/// How file systems number their files that hold no other one's, of those that programs can mount: memory (`FILEID_INO32_GEN`)
/// and what another program serves (`FILEID_INO64_GEN`). An overlay has none of them. The kernel itself answers.
const NUMBERED: &[i32] = &[0x01, 0x81];
/// So many tables are held.
const MOST_TABLES: usize = 4;

/// The mount tables of one SEE. Shared by all threads.
#[derive(Debug)]
pub struct Tables {
    main: Sight,
    /// The mounts that it was read from.
    mounts: Vec<Mount>,
    /// Where they are told, as they are by now.
    list: File,
    /// The SEE's root directory.
    root: Arc<OwnedFd>,
    /// The SEE's own mount name space.
    namespace: u64,
    unfinished: Arc<Unfinished>,
    /// Also makes one thread at a time read a table.
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    tables: Vec<Known>,
    /// How many have been read.
    count: u32,
    /// When the SEE's own name space was found to have the mounts that it began with.
    as_at_first: Option<Stamp>,
}

#[derive(Debug)]
struct Known {
    view: View,
    stamp: Stamp,
    /// A thread that sees it: while it is there, nothing else has the name space's number.
    witness: OwnedFd,
    sight: Sight,
}

/// What tells views apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    namespace: u64,
    /// The mount and the inode of the root directory, and its path as the kernel tells it.
    root: (u64, u64, HostPath),
}

impl Tables {
    /// Returns no table but this one yet, of this mount name space and these mounts, which `list` tells, below this root directory.
    pub fn new(
        main: Sight,
        (mounts, list): (Vec<Mount>, File),
        root: Arc<OwnedFd>,
        namespace: u64,
        unfinished: Arc<Unfinished>,
    ) -> Self {
        Self { main, mounts, list, root, namespace, unfinished, held: Mutex::default() }
    }

    /// Returns how a thread sees paths; `None` when it is gone, or has a root directory that no path leads to. Fails when its table
    /// cannot be told or is too long: what it sees is not known then. `before_long` is called before one may be read.
    pub fn sight(&self, thread: u32, before_long: impl FnOnce()) -> Result<Option<Sight>, Error> {
        let told = tracee::place(thread, Place::Root).and_then(|root| HostPath::new(&root));
        let Some((root, namespace)) = told.zip(tracee::mount_namespace(thread)) else { return Ok(None) };
        before_long();
        match self.own(thread, namespace, root) {
            Ok(sight) => Ok(Some(sight)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn own(&self, thread: u32, namespace: u64, root: HostPath) -> Result<Sight, Error> {
        let begins = Where::of(open(thread, Place::Root)?.as_fd())?;
        let view = View { namespace, root: (begins.mount, begins.ino, root.clone()) };
        // Every table in it is whole: after a panic it is as good as before.
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.tables.retain(|known| known.is_still(&self.unfinished));
        if let Some(known) = held.tables.iter().find(|known| known.view == view) {
            return Ok(known.sight.clone());
        }
        // Before it is read: a call that changes names in between makes it a past one.
        let stamp = self.unfinished.names();
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let witness = rustix::fs::openat(CWD, format!("/proc/{thread}"), flags, Mode::empty())?;
        let mounts = mounts::of_process(thread, MOST_BYTES)?;
        // The SEE's own name space, in which nothing was mounted or unmounted yet.
        let is_main = namespace == self.namespace && root == self.main.prefix && mounts == self.mounts;
        let sight = if is_main {
            self.main.clone()
        } else {
            held.count = held.count.wrapping_add(1).max(1);
            let top = Point { target: self.top(thread, &root)?, mount: begins.mount };
            let table = Arc::new(Table::own(mounts, top, held.count, &self.main.table));
            Sight { table, root: HostPath::root(), prefix: root, is_borrowed: false }
        };
        if let Some(stamp) = stamp {
            if held.tables.len() >= MOST_TABLES {
                held.tables.remove(0);
            }
            held.tables.push(Known { view, stamp, witness, sight: sight.clone() });
        }
        Ok(sight)
    }
}

impl Tables {
    /// Returns what a thread's root directory shows where no mount is on it: what the SEE has by the same path, when that is the
    /// same directory and no mount of a program's own is on the way. Asks no file system that a program serves.
    fn top(&self, thread: u32, root: &HostPath) -> Result<Target, Error> {
        let fd = open(thread, Place::Root)?;
        let theirs = Where::of(fd.as_fd())?;
        if !self.mounts.iter().any(|mount| mount.device == theirs.device) {
            let is_whole = own_handle(fd.as_fd()).is_ok_and(|handle| NUMBERED.contains(&handle.kind));
            return Ok(if is_whole { Target::Memory } else { Target::Unknown });
        }
        let path = root.below(&self.main.prefix).and_then(|below| HostPath::new(&[b"/", below].concat()));
        let is_same = |path: &HostPath| {
            let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let ours = rustix::fs::openat2(&self.root, path.relative(), flags, Mode::empty(), resolve);
            let told = ours.and_then(|ours| Where::of(ours.as_fd())).ok();
            let mount = mounts::covering(&self.mounts, path).map(|mount| mount.id);
            told.is_some_and(|ours| {
                (ours.device, ours.ino, Some(ours.mount)) == (theirs.device, theirs.ino, mount)
            })
        };
        let elsewhere = || self.main.table.elsewhere(theirs.device);
        Ok(path.filter(is_same).map_or_else(elsewhere, Target::Alias))
    }

    /// Tells whether what a link of `/proc` leads to lies where a sight has `start`, and not below something that was mounted over it
    /// since, or on a mount of another name space. Fails when it cannot be told.
    pub fn counts_from(&self, sight: &Sight, start: &HostPath, link: &[u8]) -> Result<bool, Errno> {
        let place = rustix::fs::openat(CWD, link, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        let mount = Where::of(place.as_fd())?.mount;
        Ok(sight.table.around(start).is_some_and(|point| point.mount == mount))
    }

    /// Tells whether the SEE's own name space has the mounts that it began with.
    pub fn are_as_at_first(&self) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.as_at_first.is_some_and(|stamp| self.unfinished.are_still(stamp)) {
            return true;
        }
        let stamp = self.unfinished.names();
        let is_same = mounts::of_list(&self.list, MOST_BYTES).is_ok_and(|mounts| mounts == self.mounts);
        held.as_at_first = stamp.filter(|_| is_same);
        is_same
    }
}

impl Known {
    fn is_still(&self, unfinished: &Unfinished) -> bool {
        let namespace = rustix::fs::statat(&self.witness, "ns/mnt", AtFlags::empty()).map(|stat| stat.st_ino);
        unfinished.are_still(self.stamp) && namespace == Ok(self.view.namespace)
    }
}

/// Where a directory is.
struct Where {
    mount: u64,
    device: u64,
    ino: u64,
}

impl Where {
    /// Asks without asking a file system that a program serves.
    fn of(directory: BorrowedFd<'_>) -> Result<Self, Errno> {
        let quiet = AtFlags::EMPTY_PATH | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        let stat = rustix::fs::statx(directory, "", quiet, StatxFlags::MNT_ID | StatxFlags::INO)?;
        let device = makedev(stat.stx_dev_major, stat.stx_dev_minor);
        Ok(Self { mount: stat.stx_mnt_id, device, ino: stat.stx_ino })
    }
}

/// Opens, by place only, a directory of a thread.
fn open(thread: u32, place: Place) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(CWD, place.link(thread), OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
}

/// Tells whether an error says that a process is not there any more.
fn is_gone(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound
        || matches!(Errno::from_io_error(error), Some(Errno::SRCH | Errno::INVAL))
}

#[cfg(test)]
mod tests {
    use super::super::unfinished::Effect;
    use super::*;

    /// A SEE of which this process has left the mount name space.
    fn tables() -> Tables {
        let mounts = mounts::of_process(std::process::id(), u64::MAX).unwrap();
        let table = Arc::new(Table::main(mounts.clone(), &[]).unwrap());
        let main = Sight { table, root: HostPath::root(), prefix: HostPath::root(), is_borrowed: false };
        let root = rustix::fs::openat(CWD, "/", OFlags::PATH, Mode::empty()).unwrap();
        Tables::new(
            main,
            (mounts, File::open("/proc/self/mountinfo").unwrap()),
            Arc::new(root),
            0,
            Arc::new(Unfinished::default()),
        )
    }

    fn id(tables: &Tables, thread: u32) -> Option<u32> {
        tables.sight(thread, || ()).unwrap().map(|sight| sight.table.id)
    }

    #[test]
    fn a_table_is_read_again_only_when_it_may_have_changed() {
        let (tables, me) = (tables(), std::process::id());
        assert_eq!([id(&tables, me), id(&tables, me)], [Some(1), Some(1)]);
        tables.unfinished.begin(me, 165, Effect::Names);
        tables.unfinished.returned(me);
        assert_eq!([id(&tables, me), id(&tables, me)], [Some(2), Some(2)]);
        // Who has seen it is gone: its name space may be gone too, and another one may have the number.
        let mut other =
            std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        tables.held.lock().unwrap().tables.clear();
        assert_eq!([id(&tables, other.id()), id(&tables, me)], [Some(3), Some(3)]);
        drop(other.stdin.take());
        other.wait().unwrap();
        assert_eq!([id(&tables, other.id()), id(&tables, me)], [None, Some(4)]);
    }
}
