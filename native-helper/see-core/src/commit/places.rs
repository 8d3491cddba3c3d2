//! Names in the few directory trees that a commit works in, and the system calls on them. Every name is reached
//! beneath its tree, through no symlink and into no other mount, so that nobody can lead a commit astray. A tree of the
//! host is reached only while what the session covered is there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{AtFlags, OFlags, RenameFlags, StatxFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::beneath::{self, Root};
use crate::error::{Result, SeeError};
use crate::layer::Covered;
use crate::own_files;
use crate::path::HostPath;

use super::away::{is_covered_away, went_away};
use super::bytes::Bytes;
use super::stat::{Stat, keeps_birth};

/// How many open directories are kept.
const CACHED: usize = 64;

/// What a tree is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The host, at and below the mount point of a layer.
    Host,
    /// The upper directory of a layer.
    Upper,
    /// The directory that holds new objects before a commit and old ones after it.
    Stage,
}

/// A tree that a commit works in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// What it is for.
    pub role: Role,
    /// Its directory.
    pub path: Bytes,
    /// What the session covered there; `None` for what is not the host's, and in journals that do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<Covered>,
}

impl Base {
    fn whole(&self) -> Result<HostPath> {
        HostPath::new(&self.path.0)
            .ok_or_else(|| SeeError::internal("A tree of a commit has no absolute path."))
    }
}

/// A name in one of the trees.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Spot {
    /// Index of the tree.
    pub base: u16,
    /// Path beneath it; empty for the tree itself.
    pub path: Bytes,
}

impl Spot {
    /// Returns the directory and the name; the tree itself is `.` in itself.
    pub fn split(&self) -> (&[u8], &[u8]) {
        let path = self.path.0.as_slice();
        match path.iter().rposition(|b| *b == b'/') {
            Some(cut) => (path.get(..cut).unwrap_or_default(), path.get(cut + 1..).unwrap_or_default()),
            None if path.is_empty() => (b"", b"."),
            None => (b"", path),
        }
    }

    /// Returns the spot of the directory that holds this one.
    pub fn parent(&self) -> Self {
        Self { base: self.base, path: Bytes(self.split().0.to_vec()) }
    }

    /// Returns the spot of an entry of this directory.
    pub fn join(&self, below: &[u8]) -> Self {
        let mut path = self.path.0.clone();
        if !path.is_empty() && !below.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(below);
        Self { base: self.base, path: Bytes(path) }
    }

    /// Returns the part of the path below `ancestor`; empty when both are the same.
    pub fn below(&self, ancestor: &Self) -> Option<&[u8]> {
        if self.base != ancestor.base {
            return None;
        }
        if ancestor.path.0.is_empty() {
            return Some(&self.path.0);
        }
        let rest = self.path.0.strip_prefix(ancestor.path.0.as_slice())?;
        match rest.first() {
            None => Some(rest),
            Some(b'/') => rest.get(1..),
            Some(_) => None,
        }
    }
}

/// An open directory.
#[derive(Debug)]
pub struct Dir {
    fd: OwnedFd,
    /// Device and inode number.
    pub number: (u64, u64),
    /// Whether what is in it keeps its time of birth.
    keeps_birth: bool,
}

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The trees of a commit, open.
#[derive(Debug)]
pub struct Places {
    bases: Vec<Base>,
    roots: HashMap<usize, Root>,
    /// By tree and path: so that a directory is found without a copy of its name.
    open: HashMap<u16, HashMap<Vec<u8>, Rc<Dir>>>,
}

impl Places {
    /// Returns the trees; opens none yet.
    pub fn new(bases: Vec<Base>) -> Self {
        Self { bases, roots: HashMap::new(), open: HashMap::new() }
    }

    /// Returns the trees.
    pub fn bases(&self) -> &[Base] {
        &self.bases
    }

    /// Returns the number of this tree, which is added when it is new.
    pub fn base(&mut self, role: Role, path: &Path) -> Result<u16> {
        self.base_over(role, path, None)
    }

    /// As [`Places::base`], for a tree of the host where the session covered this.
    pub fn host(&mut self, point: &HostPath, covered: Option<Covered>) -> Result<u16> {
        self.base_over(Role::Host, point.as_path(), covered)
    }

    fn base_over(&mut self, role: Role, path: &Path, covered: Option<Covered>) -> Result<u16> {
        let path = Bytes(path.as_os_str().as_bytes().to_vec());
        let known = self.bases.iter().position(|base| base.role == role && base.path == path);
        let index = known.unwrap_or_else(|| {
            self.bases.push(Base { role, path, covered });
            self.bases.len() - 1
        });
        u16::try_from(index).map_err(|_| SeeError::internal("A commit spans too many file systems."))
    }

    /// Returns what the tree of a spot is for.
    pub fn role(&self, spot: &Spot) -> Result<Role> {
        Ok(self.base_of(spot)?.role)
    }

    fn base_of(&self, spot: &Spot) -> Result<&Base> {
        self.base_at(spot.base)
    }

    fn base_at(&self, base: u16) -> Result<&Base> {
        self.bases
            .get(usize::from(base))
            .ok_or_else(|| SeeError::internal("A journal names a tree that it does not have."))
    }

    /// Returns the whole path, for messages.
    pub fn path(&self, spot: &Spot) -> HostPath {
        let mut path = self.base_of(spot).map(|base| base.path.0.clone()).unwrap_or_default();
        path.push(b'/');
        path.extend_from_slice(&spot.path.0);
        HostPath::new(&path).unwrap_or_else(HostPath::root)
    }

    /// Returns the error of a system call on a spot.
    pub fn error(&self, doing: &str, spot: &Spot, errno: Errno) -> Box<SeeError> {
        SeeError::os(doing, &self.path(spot), errno)
    }

    /// Forgets open directories: a directory got another name.
    pub fn forget(&mut self) {
        self.open.clear();
    }

    /// Opens a directory.
    pub fn dir(&mut self, spot: &Spot) -> Result<Rc<Dir>> {
        self.try_dir(spot.base, &spot.path.0)?.map_err(|errno| self.error("opening", spot, errno))
    }

    /// Opens a directory of a tree; the inner error tells why it cannot be opened.
    fn try_dir(&mut self, base: u16, path: &[u8]) -> Result<std::result::Result<Rc<Dir>, Errno>> {
        if let Some(dir) = self.open.get(&base).and_then(|dirs| dirs.get(path)) {
            return Ok(Ok(Rc::clone(dir)));
        }
        let index = usize::from(base);
        let tree = self.base_at(base)?;
        let (whole, covered) = (tree.whole()?, tree.covered);
        let root = match self.roots.entry(index) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let root = Root::open_exact(&whole).map(Root::as_owner);
                if is_covered_away(covered, &root) {
                    return Err(went_away(&whole));
                }
                match root {
                    // What is open stays the same, whatever is mounted there from now on.
                    Ok(root) => free.insert(root),
                    Err(errno) => return Ok(Err(errno)),
                }
            }
        };
        let opened = root.place(Path::new(OsStr::from_bytes(path))).and_then(|fd| {
            let raw = rustix::fs::statx(&fd, "", AtFlags::EMPTY_PATH, StatxFlags::INO | StatxFlags::TYPE)?;
            if rustix::fs::FileType::from_raw_mode(u32::from(raw.stx_mode)) != rustix::fs::FileType::Directory
            {
                return Err(Errno::NOTDIR);
            }
            let number = (rustix::fs::makedev(raw.stx_dev_major, raw.stx_dev_minor), raw.stx_ino);
            let keeps_birth = keeps_birth(fd.as_fd())?;
            Ok(Rc::new(Dir { fd, number, keeps_birth }))
        });
        if let Ok(dir) = &opened {
            if self.open.values().map(HashMap::len).sum::<usize>() >= CACHED {
                self.open.clear();
            }
            self.open.entry(base).or_default().insert(path.to_vec(), Rc::clone(dir));
        }
        Ok(opened)
    }

    /// Tells whether what the session covered at the tree of a spot is not there now.
    pub fn is_away(&self, spot: &Spot) -> Result<bool> {
        if self.roots.contains_key(&usize::from(spot.base)) {
            return Ok(false);
        }
        let base = self.base_of(spot)?;
        Ok(is_covered_away(base.covered, &Root::open_exact(&base.whole()?)))
    }

    /// Tells whether a directory lies in another mount than its tree.
    pub fn is_elsewhere(&mut self, dir: &Spot) -> Result<bool> {
        Ok(matches!(self.try_dir(dir.base, &dir.path.0)?, Err(Errno::XDEV)))
    }

    /// Opens the directory that holds a spot.
    pub fn holder(&mut self, spot: &Spot) -> Result<Rc<Dir>> {
        self.try_holder(spot)?.map_err(|errno| self.error("opening", &spot.parent(), errno))
    }

    fn try_holder(&mut self, spot: &Spot) -> Result<std::result::Result<Rc<Dir>, Errno>> {
        self.try_dir(spot.base, spot.split().0)
    }

    /// Returns how the object stands; `None` when there is none that can be reached without a symlink.
    pub fn stat(&mut self, spot: &Spot) -> Result<Option<Stat>> {
        let found = match self.try_holder(spot)? {
            Ok(dir) => {
                let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
                own_files::statx(dir.as_fd(), spot.split().1, wanted).map(|raw| (raw, dir.keeps_birth))
            }
            Err(errno) => Err(errno),
        };
        match found {
            Ok((raw, keeps_birth)) => {
                let stat = Stat::new(&raw).ok_or_else(|| {
                    SeeError::internal("An object has an unknown type.").with_path(&self.path(spot))
                })?;
                Ok(Some(if keeps_birth { stat } else { stat.ageless() }))
            }
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(errno) => Err(self.error("looking at", spot, errno)),
        }
    }

    /// Renames, atomically.
    pub fn rename(
        &mut self,
        from: &Spot,
        to: &Spot,
        flags: RenameFlags,
    ) -> Result<std::result::Result<(), Errno>> {
        let (old, new) = (self.holder(from)?, self.holder(to)?);
        Ok(rustix::fs::renameat_with(&*old, name(from), &*new, name(to), flags))
    }

    /// Opens the object itself; a symlink is not followed.
    pub fn open(&mut self, spot: &Spot, flags: OFlags) -> Result<OwnedFd> {
        let dir = self.holder(spot)?;
        own_files::open_at(dir.as_fd(), spot.split().1, flags)
            .map_err(|errno| self.error("opening", spot, errno))
    }

    /// Returns the directory that holds a spot, and a path through `/proc` by which calls that know no descriptors
    /// reach the object itself. The path is good while the directory is kept; its last name must not be followed.
    pub fn proc_path(&mut self, spot: &Spot) -> Result<(Rc<Dir>, PathBuf)> {
        let dir = self.holder(spot)?;
        let path = beneath::proc_path(dir.as_fd(), spot.split().1);
        Ok((dir, path))
    }

    /// Returns the names in a directory, unsorted.
    pub fn names(&mut self, spot: &Spot) -> Result<Vec<Box<[u8]>>> {
        let dir = self.open_readable(spot)?;
        beneath::names(dir.as_fd()).map_err(|errno| self.error("reading", spot, errno))
    }

    /// Returns what is in a directory, unsorted.
    pub fn entries(&mut self, spot: &Spot) -> Result<Vec<beneath::Entry>> {
        Ok(self.entries_within(spot, usize::MAX)?.unwrap_or_default())
    }

    /// As [`entries`](Self::entries); `None` when there are more than so many.
    pub fn entries_within(&mut self, spot: &Spot, most: usize) -> Result<Option<Vec<beneath::Entry>>> {
        let dir = self.open_readable(spot)?;
        beneath::entries_within(dir.as_fd(), most).map_err(|errno| self.error("reading", spot, errno))
    }

    /// Removes a name of an object that is no directory. Tells whether it was there.
    pub fn unlink(&mut self, spot: &Spot) -> Result<bool> {
        let dir = self.holder(spot)?;
        match rustix::fs::unlinkat(&*dir, name(spot), AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(self.error("removing", spot, errno)),
        }
    }

    /// Removes an object and all below it. Tells whether it was there.
    pub fn remove(&mut self, spot: &Spot) -> Result<bool> {
        let dir = match self.try_holder(spot)? {
            Ok(dir) => dir,
            Err(Errno::NOENT) => return Ok(false),
            Err(errno) => return Err(self.error("removing", spot, errno)),
        };
        let removed = crate::remove_tree::remove_tree(dir.as_fd(), name(spot));
        removed.map_err(|errno| self.error("removing", spot, errno))
    }

    /// Writes a directory's entries to the disk.
    pub fn sync_dir(&mut self, spot: &Spot) -> Result<()> {
        let dir = self.dir(spot)?;
        match own_files::open_dir_at(dir.as_fd(), b".") {
            Ok(dir) => rustix::fs::fsync(&dir).map_err(|errno| self.error("writing", spot, errno)),
            // A directory that its own owner may not read.
            Err(Errno::ACCESS) if !spot.path.0.is_empty() => self.sync_all(&spot.parent()),
            Err(errno) => Err(self.error("opening", spot, errno)),
        }
    }

    /// Writes a regular file to the disk.
    pub fn sync_file(&mut self, spot: &Spot) -> Result<()> {
        let dir = self.holder(spot)?;
        match own_files::open_file_at(dir.as_fd(), spot.split().1) {
            Ok((file, _)) => rustix::fs::fsync(&file).map_err(|errno| self.error("writing", spot, errno)),
            // A file that its own owner may not read.
            Err(Errno::ACCESS) => self.sync_all(&spot.parent()),
            Err(errno) => Err(self.error("opening", spot, errno)),
        }
    }

    /// Writes the whole file system of a spot to the disk.
    pub fn sync_all(&mut self, spot: &Spot) -> Result<()> {
        let dir = self.open_readable(spot)?;
        rustix::fs::syncfs(&dir).map_err(|errno| self.error("writing", spot, errno))
    }

    fn open_readable(&mut self, spot: &Spot) -> Result<OwnedFd> {
        let dir = self.dir(spot)?;
        own_files::open_dir_at(dir.as_fd(), b".").map_err(|errno| self.error("opening", spot, errno))
    }
}

/// Returns the last name of a spot.
pub fn name(spot: &Spot) -> &Path {
    Path::new(OsStr::from_bytes(spot.split().1))
}
