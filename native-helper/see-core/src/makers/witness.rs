//! Sees the calls that change names and files, before they run, and notes whose hand it is. Never holds one up for long and
//! never answers: a call that fails after all leaves at worst a wrong name on a change.

use std::collections::HashMap;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use see_sys::seccomp_notify::Notification;

use crate::interpose::calls::Reported;
use crate::interpose::flags::{CREAT, OpenFlags};
use crate::interpose::tracee::{self, Place};
use crate::roll::Roll;

use super::calls::{self, Hand, Named};
use super::log::MakerLog;

const AT_FDCWD: i32 = -100;
const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
const RENAME_NOREPLACE: u64 = 1;
const RENAME_EXCHANGE: u64 = 2;
const RESOLVE_IN_ROOT: u64 = 0x10;
/// So long a directory is known by another name, unless names change meanwhile.
const FRESH: Duration = Duration::from_secs(1);
/// A call that changes names runs within this time, mostly.
const GRACE: Duration = Duration::from_millis(100);
const MOST_DIRS: usize = 4096;

/// What sees the calls.
#[derive(Debug)]
pub struct Witness {
    log: MakerLog,
    roll: Arc<Roll>,
    /// The SEE's mount name space, by number.
    namespace: u64,
    /// Whether some program has had a hand in mounts.
    is_remounted: AtomicBool,
    dirs: Mutex<Dirs>,
}

/// Directories by the name that a program gave them, with the true one.
#[derive(Debug)]
struct Dirs {
    known: HashMap<Vec<u8>, (Vec<u8>, Instant)>,
    trusted_from: Instant,
}

/// Where a path leads.
struct Reached {
    path: Vec<u8>,
    /// Whether something is there, and whether that is a directory or symlink.
    there: Option<bool>,
}

impl Witness {
    /// Returns one that notes into this log.
    pub fn new(log: MakerLog, roll: Arc<Roll>, namespace: u64) -> Self {
        let dirs = Dirs { known: HashMap::new(), trusted_from: Instant::now() };
        Self { log, roll, namespace, is_remounted: AtomicBool::new(false), dirs: Mutex::new(dirs) }
    }

    /// Returns the calls that it alone wants.
    pub fn reported() -> Reported {
        calls::reported()
    }

    /// Tells whether a call is reported for it alone.
    pub fn is_only_its(&self, call: &Notification) -> bool {
        calls::is_only_ours(call)
    }

    /// Brings what it knows to the disk.
    pub fn finish(&self) {
        self.log.finish();
    }

    /// Notes whose hand a call is.
    pub fn see(&self, call: &Notification) {
        let Some(hand) = calls::hand(call) else { return };
        // `None`: the call fails by itself, or changes nothing that could be told.
        let _ = self.note(call, hand);
    }

    fn note(&self, call: &Notification, hand: Hand) -> Option<()> {
        let argument = |place: u8| call.arguments.get(usize::from(place)).copied().unwrap_or(0);
        let flags = |place: Option<u8>| place.map_or(0, argument);
        match hand {
            Hand::Open(named, None) => self.open(call, named, CREAT, 0),
            Hand::Open(named, Some(place)) => self.open(call, named, argument(place), 0),
            Hand::OpenHow => {
                let how = tracee::read_open_how(call.thread, argument(2)).ok()?;
                self.open(call, (Some(0), 1), how.flags, how.resolve)
            }
            Hand::Change(named, at, follows) => {
                let reached = self.reach(call, named, follows && flags(at) & AT_SYMLINK_NOFOLLOW == 0)?;
                reached.there?;
                self.hand(call, &reached.path)
            }
            Hand::Held => {
                let path = self.place(call.thread, Place::Descriptor(argument(0) as u32 as i32))?;
                self.hand(call, &path)
            }
            Hand::Make(named) => {
                let reached = self.reach(call, named, false)?;
                if reached.there.is_some() {
                    return None;
                }
                self.hand(call, &reached.path)
            }
            Hand::Remove(named) => {
                let reached = self.reach(call, named, false)?;
                if reached.there? {
                    self.names_change();
                }
                self.hand(call, &reached.path)
            }
            Hand::Move(from, to, at) => {
                let (from, to) = (self.reach(call, from, false)?, self.reach(call, to, false)?);
                let (is_tree, other) = (from.there?, to.there);
                let is_exchange = flags(at) & RENAME_EXCHANGE != 0;
                if is_exchange && other.is_none() || flags(at) & RENAME_NOREPLACE != 0 && other.is_some() {
                    return None;
                }
                let is_tree = is_tree || is_exchange && other == Some(true);
                if is_tree {
                    self.names_change();
                }
                let run = self.roll.of(call.thread)?;
                self.log.moved(&run, &from.path, &to.path, is_exchange, is_tree);
                Some(())
            }
            Hand::Remount => {
                self.is_remounted.store(true, Ordering::SeqCst);
                self.names_change();
                None
            }
        }
    }

    fn open(&self, call: &Notification, named: Named, flags: u64, resolve: u64) -> Option<()> {
        let flags = OpenFlags::new(flags);
        if flags.only_reads() || !flags.makes_or_writes() || resolve & RESOLVE_IN_ROOT != 0 {
            return None;
        }
        let reached = self.reach(call, named, flags.follows())?;
        if reached.there.is_none() && !flags.creates() || reached.there.is_some() && flags.is_exclusive() {
            return None;
        }
        if flags.only_creates() && reached.there.is_some() {
            return None;
        }
        self.hand(call, &reached.path)
    }

    fn hand(&self, call: &Notification, path: &[u8]) -> Option<()> {
        let run = self.roll.of(call.thread)?;
        self.log.hand(&run, path);
        Some(())
    }

    /// Returns where a call's path leads.
    fn reach(&self, call: &Notification, (dir, path): Named, follows: bool) -> Option<Reached> {
        let thread = call.thread;
        if self.is_remounted.load(Ordering::SeqCst)
            && tracee::mount_namespace(thread).is_none_or(|namespace| namespace != self.namespace)
        {
            // Its paths mean something else.
            return None;
        }
        let argument = |place: u8| call.arguments.get(usize::from(place)).copied().unwrap_or(0);
        let mut buffer = [0; 4096];
        let raw = tracee::read_path(thread, argument(path), &mut buffer).ok()?;
        let place = match dir.map(|place| argument(place) as u32 as i32) {
            None | Some(AT_FDCWD) => Place::Cwd,
            Some(fd) => Place::Descriptor(fd),
        };
        if raw.is_empty() {
            return Some(Reached { path: self.place(thread, place)?, there: Some(true) });
        }
        let whole = match raw.first() {
            Some(b'/') => raw.to_vec(),
            _ => [&self.place(thread, place)?, b"/".as_slice(), raw].concat(),
        };
        let root = self.roll.files().root_of(thread);
        let flags = if follows { OFlags::PATH } else { OFlags::PATH | OFlags::NOFOLLOW };
        match open(root.as_ref().unwrap_or(self.roll.files().root()), &whole, flags) {
            Ok(file) => {
                let kind = FileType::from_raw_mode(rustix::fs::fstat(&file).ok()?.st_mode);
                let is_tree = matches!(kind, FileType::Directory | FileType::Symlink);
                Some(Reached { path: self.true_path(&file)?, there: Some(is_tree) })
            }
            Err(Errno::NOENT) => {
                let end = whole.iter().rposition(|byte| *byte != b'/')? + 1;
                let cut = whole.get(..end)?.iter().rposition(|byte| *byte == b'/')?;
                let (above, name) = (whole.get(..cut + 1)?, whole.get(cut + 1..end)?);
                if matches!(name, b"." | b"..") {
                    return None;
                }
                let mut path = self.directory(root.as_ref(), above)?;
                path.push(b'/');
                path.extend_from_slice(name);
                Some(Reached { path, there: None })
            }
            Err(_) => None,
        }
    }

    /// Returns the true path of a directory.
    fn directory(&self, root: Option<&OwnedFd>, named: &[u8]) -> Option<Vec<u8>> {
        let now = Instant::now();
        {
            let dirs = self.dirs.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((path, since)) = dirs.known.get(named) {
                if now < *since + FRESH {
                    return Some(path.clone());
                }
            }
        }
        let path =
            self.true_path(&open(root.unwrap_or(self.roll.files().root()), named, OFlags::PATH).ok()?)?;
        let mut dirs = self.dirs.lock().unwrap_or_else(PoisonError::into_inner);
        // With a root directory of its own a program's names are its own as well.
        if now > dirs.trusted_from && !self.is_remounted.load(Ordering::SeqCst) {
            if dirs.known.len() >= MOST_DIRS {
                dirs.known.clear();
            }
            dirs.known.insert(named.to_vec(), (path.clone(), now));
        }
        Some(path)
    }

    fn names_change(&self) {
        let mut dirs = self.dirs.lock().unwrap_or_else(PoisonError::into_inner);
        dirs.known.clear();
        dirs.trusted_from = Instant::now() + GRACE;
    }

    fn place(&self, thread: u32, place: Place) -> Option<Vec<u8>> {
        self.roll.files().place(thread, place)
    }

    fn true_path(&self, file: &OwnedFd) -> Option<Vec<u8>> {
        let told = tracee::link_path(format!("/proc/self/fd/{}", file.as_raw_fd()).as_bytes())?;
        Some(self.roll.files().inner(told))
    }
}

/// Opens a place as a program below this root directory would.
fn open(root: &OwnedFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
}
