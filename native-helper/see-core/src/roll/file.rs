//! Which file a thread is about to run, whether the kernel will take it, and whether it is what a thread runs.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::interpose::program::{Runner, runner};
use crate::interpose::tracee::{self, Place};
use crate::path::HostPath;

use super::process::Facts;

/// `CAP_DAC_OVERRIDE`.
const MAY_READ_ALL: u8 = 1;
const SET_USER: u32 = 0o4000;
/// The kernel takes no longer chain of scripts that run scripts.
const MOST_RUNNERS: usize = 5;
/// No path has more parts, those of its links counted, that is followed for what it may mean to others.
const MOST_STEPS: usize = 128;
/// The kernel's number of `/proc`.
const PROC: u64 = 0x9fa0;

/// The SEE's files as its threads see them.
#[derive(Debug)]
pub struct Files {
    /// The SEE's root directory, by place only.
    root: OwnedFd,
    /// What is to be taken off the front of a path that the kernel tells.
    prefix: HostPath,
    /// Whether some program has had a hand in mounts or root directories: then each is asked for its own.
    is_remounted: AtomicBool,
}

/// A file that will be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its path, as the program named it.
    pub path: Vec<u8>,
    /// The user whose rights its mode asks for.
    pub set_user: Option<u32>,
}

impl Files {
    /// Returns the files below this root directory.
    pub fn new(root: OwnedFd) -> Self {
        let told = tracee::link_path(format!("/proc/self/fd/{}", root.as_raw_fd()).as_bytes());
        let prefix = told.and_then(|told| HostPath::new(&told)).unwrap_or_else(HostPath::root);
        Self { root, prefix, is_remounted: AtomicBool::new(false) }
    }

    /// Returns the SEE's root directory.
    pub fn root(&self) -> &OwnedFd {
        &self.root
    }

    /// Says that some program is about to have a hand in mounts or root directories.
    pub(super) fn remounted(&self) {
        self.is_remounted.store(true, Ordering::SeqCst);
    }

    /// Returns the root directory of a thread; `None` when that is the SEE's, or nobody knows.
    pub fn root_of(&self, thread: u32) -> Option<OwnedFd> {
        if !self.is_remounted.load(Ordering::SeqCst) {
            return None;
        }
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        rustix::fs::openat(CWD, format!("/proc/{thread}/root"), flags, Mode::empty()).ok()
    }

    /// Returns the path inside of what a thread has open, works in, or is.
    pub fn place(&self, thread: u32, place: Place) -> Option<Vec<u8>> {
        Some(self.inner(tracee::place(thread, place)?))
    }

    /// Returns a path that the kernel told as a path inside.
    pub fn inner(&self, told: Vec<u8>) -> Vec<u8> {
        let inner = HostPath::new(&told).and_then(|path| Some([b"/", path.below(&self.prefix)?].concat()));
        inner.unwrap_or(told)
    }

    /// Returns the file that a thread names; `None` when there is none that it may run.
    pub fn program(&self, thread: u32, dir: Place, raw: &[u8]) -> Option<Program> {
        let by_descriptor = match (own_link(thread, raw), dir) {
            (Some(link), _) => Some(link),
            (None, Place::Descriptor(fd)) if raw.is_empty() => Some(format!("/proc/{thread}/fd/{fd}").into()),
            (None, _) => None,
        };
        if let Some(link) = by_descriptor {
            // It may have no name, or none any more: that hides nobody.
            let path = self.inner(tracee::link_text(&link)?.into_bytes());
            return Some(Program { path, set_user: None });
        }
        let path = match raw.first() {
            Some(b'/') => raw.to_vec(),
            _ => [&self.place(thread, dir)?, b"/".as_slice(), raw].concat(),
        };
        let root = self.root_of(thread);
        let root = root.as_ref().unwrap_or(&self.root);
        let Some(stat) = look(root, &path) else {
            return leads_to_own(root, &path).then(|| Program { path: tidy(path), set_user: None });
        };
        let may_run =
            stat.st_mode & 0o111 == 0o111 || Facts::of(thread).is_some_and(|facts| may_run(&stat, &facts));
        let set_user = (stat.st_mode & SET_USER != 0).then_some(stat.st_uid);
        may_run.then(|| Program { path: tidy(path), set_user })
    }

    /// Tells whether a thread runs this file, or, when that is a script, what runs it. A process chooses its words, not this.
    pub fn is_running(&self, thread: u32, file: &[u8]) -> bool {
        let Ok(own) = rustix::fs::stat(format!("/proc/{thread}/exe")) else { return false };
        let mut path = file.to_vec();
        for _ in 0..MOST_RUNNERS {
            let Some(stat) = look(&self.root, &path) else { return false };
            if (stat.st_dev, stat.st_ino) == (own.st_dev, own.st_ino) {
                return true;
            }
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
            let Ok(script) = open(&self.root, &path, flags) else { return false };
            let Runner::Interpreter(next) = runner(&script.into()).0 else { return false };
            path = next;
        }
        false
    }

    /// Returns the first of these paths that the SEE has, seen from a directory.
    pub fn first(&self, cwd: &[u8], candidates: &[Vec<u8>]) -> Option<Vec<u8>> {
        let whole = |path: &Vec<u8>| match path.first() {
            Some(b'/') => path.clone(),
            _ => [cwd, b"/", path].concat(),
        };
        candidates.iter().map(whole).find(|path| look(&self.root, path).is_some()).map(tidy)
    }
}

/// Returns the path without what does not matter in it.
fn tidy(path: Vec<u8>) -> Vec<u8> {
    HostPath::new(&path).map_or(path, |path| path.as_bytes().to_vec())
}

/// Returns what is known of a plain file with a bit that lets somebody run it.
fn look(root: &OwnedFd, path: &[u8]) -> Option<rustix::fs::Stat> {
    let file = open(root, path, OFlags::PATH | OFlags::CLOEXEC).ok()?;
    let stat = rustix::fs::fstat(&file).ok()?;
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    (is_file && stat.st_mode & 0o111 != 0).then_some(stat)
}

fn open(root: &OwnedFd, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
    use std::os::unix::ffi::OsStrExt as _;
    let path = Path::new(std::ffi::OsStr::from_bytes(path));
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
    rustix::fs::openat2(root, path, flags, Mode::empty(), resolve)
}

/// Tells whether a path that leads nowhere for us leads through a link of the kernel's that means something else for each process
/// (`/dev/fd/3`): then who names it may run what is there.
fn leads_to_own(root: &OwnedFd, path: &[u8]) -> bool {
    let cut = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let (parent, name) = path.split_at(cut);
    let place = OFlags::PATH | OFlags::CLOEXEC;
    // As a rule the name is simply not there.
    let is_absent = open(root, parent, place)
        .is_ok_and(|dir| rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).is_err());
    let mut rest: Vec<Vec<u8>> = if is_absent { Vec::new() } else { reversed(path) };
    let mut at = HostPath::root();
    for _ in 0..MOST_STEPS {
        let Some(name) = rest.pop() else { return false };
        if name == b".." {
            at = at.parent().unwrap_or_else(HostPath::root);
            continue;
        }
        let next = at.join(&name);
        let Ok(object) = open(root, next.as_bytes(), place | OFlags::NOFOLLOW) else { return false };
        let Ok(stat) = rustix::fs::fstat(&object) else { return false };
        if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
            at = next;
            continue;
        }
        if rustix::fs::fstatfs(&object).is_ok_and(|on| u64::try_from(on.f_type).is_ok_and(|on| on == PROC)) {
            return true;
        }
        let Ok(target) = rustix::fs::readlinkat(&object, "", Vec::new()) else { return false };
        if target.as_bytes().first() == Some(&b'/') {
            at = HostPath::root();
        }
        rest.extend(reversed(target.as_bytes()));
    }
    false
}

/// Returns the parts of a path, the last one first.
fn reversed(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".");
    parts.rev().map(<[u8]>::to_vec).collect()
}

/// Tells whether somebody may run a file, by its mode.
fn may_run(stat: &rustix::fs::Stat, facts: &Facts) -> bool {
    let bit = if facts.has(MAY_READ_ALL) {
        0o111
    } else if stat.st_uid == facts.ids.0 {
        0o100
    } else if stat.st_gid == facts.ids.1 || facts.groups.contains(&stat.st_gid) {
        0o010
    } else {
        0o001
    };
    stat.st_mode & bit != 0
}

/// Returns the link of `/proc` that a path names which means something else for each process.
fn own_link(thread: u32, raw: &[u8]) -> Option<Vec<u8>> {
    let rest = raw.strip_prefix(b"/proc/self/").or_else(|| raw.strip_prefix(b"/proc/thread-self/"))?;
    let is_link =
        rest == b"exe" || rest.strip_prefix(b"fd/").is_some_and(|fd| fd.iter().all(u8::is_ascii_digit));
    is_link.then(|| [format!("/proc/{thread}/").as_bytes(), rest].concat())
}
