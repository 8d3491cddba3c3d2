//! Reaches objects beneath a directory without ever leaving it: by `openat2`, never through a symlink, a magic
//! link or another mount, and never opening a device or a pipe. Knows nothing of layers or sessions.

use std::ffi::OsString;
use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType as RawType, Mode, OFlags, RawDir, RawDirEntry, ResolveFlags, StatxAttributes,
    StatxFlags,
};
use rustix::io::{Errno, Result};

use crate::own_files;
use crate::path::HostPath;
use crate::timestamp::Timestamp;

mod facts;

pub use facts::Facts;

/// Longer paths are walked in pieces: the kernel takes at most 4095 bytes at once.
const PIECE: usize = 4000;

/// How often a look-up that raced with a rename is tried again.
const TRIES: u32 = 64;

/// An open directory; everything reached through it lies beneath it, on the same mount.
///
/// Relative paths have no `..`; `.` and the empty path name the directory itself.
#[derive(Debug)]
pub struct Root {
    fd: OwnedFd,
    /// What its owner has closed to himself is reached all the same.
    is_owners: bool,
}

impl Root {
    /// Opens a directory of our own, whose path is trusted: symlinks on the way are followed.
    pub fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { fd: rustix::fs::open(path, flags, Mode::empty())?, is_owners: false })
    }

    /// Opens a directory of the host. Fails with `ELOOP` or `ENOTDIR` when a part of its path is a symlink.
    pub fn open_exact(path: &HostPath) -> Result<Self> {
        let top = Self::open(Path::new("/"))?;
        let flags = OFlags::PATH | OFlags::DIRECTORY;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        Ok(Self { fd: open_pieces(top.fd.as_fd(), &path.relative(), flags, resolve)?, is_owners: false })
    }

    /// Reaches from now on also what the user has closed to himself (`own_files`).
    pub fn as_owner(mut self) -> Self {
        self.is_owners = true;
        self
    }

    /// Opens a directory for its entries and what lies in it.
    pub fn dir(&self, relative: &Path) -> Result<OwnedFd> {
        self.reach(relative, OFlags::RDONLY | OFlags::DIRECTORY)
    }

    /// Opens whatever is there by place only (`O_PATH`): a symlink itself, a device without waking it.
    pub fn place(&self, relative: &Path) -> Result<OwnedFd> {
        self.reach(relative, OFlags::PATH)
    }

    /// Returns the directory that holds `relative` (`O_PATH`) and the name in it. Fails with `EINVAL` for
    /// the root itself.
    pub fn parent<'a>(&self, relative: &'a Path) -> Result<(OwnedFd, &'a [u8])> {
        let name = relative.file_name().ok_or(Errno::INVAL)?;
        let parent = relative.parent().unwrap_or(Path::new(""));
        Ok((self.reach(parent, OFlags::PATH | OFlags::DIRECTORY)?, name.as_bytes()))
    }

    /// Returns the facts of what is there; a symlink's own.
    pub fn facts(&self, relative: &Path) -> Result<Facts> {
        facts_of(self.place(relative)?.as_fd())
    }

    /// Opens a regular file for reading. Fails with `EINVAL` for anything else, without opening it.
    pub fn file(&self, relative: &Path) -> Result<(File, Facts)> {
        open_file(self.place(relative)?.as_fd())
    }

    /// Returns the descriptor (`O_PATH`) of the directory itself.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    fn reach(&self, relative: &Path, flags: OFlags) -> Result<OwnedFd> {
        match open_pieces(self.fd.as_fd(), relative, flags, inside()) {
            Err(Errno::ACCESS) if self.is_owners => {
                own_files::open(self.fd.as_fd(), relative.as_os_str().as_bytes(), flags, inside())
            }
            other => other,
        }
    }
}

/// Opens what is at `path` beneath `dir`, confined like this.
pub(crate) fn open_confined(
    dir: BorrowedFd<'_>,
    path: &[u8],
    flags: OFlags,
    resolve: ResolveFlags,
) -> Result<OwnedFd> {
    open_pieces(dir, Path::new(std::ffi::OsStr::from_bytes(path)), flags, resolve)
}

/// How every look-up beneath a root is confined.
pub(crate) fn inside() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV
}

fn open_pieces(from: BorrowedFd<'_>, path: &Path, flags: OFlags, resolve: ResolveFlags) -> Result<OwnedFd> {
    let mut rest = path.as_os_str().as_bytes();
    let mut held: Option<OwnedFd> = None;
    while rest.len() > PIECE {
        let cut = rest.get(..PIECE).and_then(|piece| piece.iter().rposition(|b| *b == b'/'));
        let cut = cut.ok_or(Errno::NAMETOOLONG)?;
        let piece = rest.get(..cut).unwrap_or_default();
        let at = held.as_ref().map_or(from, |fd| fd.as_fd());
        held = Some(open_once(at, piece, OFlags::PATH | OFlags::DIRECTORY, resolve)?);
        rest = rest.get(cut + 1..).unwrap_or_default();
    }
    let at = held.as_ref().map_or(from, |fd| fd.as_fd());
    open_once(at, rest, flags, resolve)
}

fn open_once(at: BorrowedFd<'_>, path: &[u8], flags: OFlags, resolve: ResolveFlags) -> Result<OwnedFd> {
    let path = if path.is_empty() { b"." } else { path };
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    for _ in 0..TRIES {
        match rustix::fs::openat2(at, path, flags, Mode::empty(), resolve) {
            // A rename elsewhere made the kernel unsure whether we are still beneath.
            Err(Errno::AGAIN | Errno::INTR) => {}
            other => return other,
        }
    }
    Err(Errno::AGAIN)
}

/// Opens the directory `name` of `dir` for its entries.
pub fn open_dir_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd> {
    open_once(dir, name, OFlags::RDONLY | OFlags::DIRECTORY, inside())
}

/// Opens the regular file `name` of `dir` for reading; leaves its access time alone where that is allowed. Fails with
/// `EINVAL` for anything else, without opening it.
pub fn open_file_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<(File, Facts)> {
    if !facts_at(dir, name)?.is_file() {
        return Err(Errno::INVAL);
    }
    // Should something else come in between: a pipe does not block us, and the second look turns it away.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let fd = match open_once(dir, name, flags | OFlags::NOATIME, inside()) {
        Err(Errno::PERM) => open_once(dir, name, flags, inside())?,
        other => other?,
    };
    let facts = facts_of(fd.as_fd())?;
    if facts.is_file() { Ok((File::from(fd), facts)) } else { Err(Errno::INVAL) }
}

/// Opens for reading what an `O_PATH` descriptor names, when it is a regular file; leaves its access time
/// alone where that is allowed.
pub fn open_file(place: BorrowedFd<'_>) -> Result<(File, Facts)> {
    let facts = facts_of(place)?;
    if !facts.is_file() {
        return Err(Errno::INVAL);
    }
    let path = format!("/proc/self/fd/{}", place.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let fd = match rustix::fs::open(path.as_str(), flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => rustix::fs::open(path.as_str(), flags, Mode::empty())?,
        other => other?,
    };
    Ok((File::from(fd), facts))
}

/// Returns the facts of an open object.
pub fn facts_of(fd: BorrowedFd<'_>) -> Result<Facts> {
    statx(fd, b"", AtFlags::EMPTY_PATH)
}

/// Returns the facts of the entry `name` of `dir`; a symlink's own.
pub fn facts_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Facts> {
    statx(dir, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT)
}

fn statx(dir: BorrowedFd<'_>, name: &[u8], flags: AtFlags) -> Result<Facts> {
    let stat = rustix::fs::statx(dir, name, flags, StatxFlags::BASIC_STATS)?;
    Ok(Facts {
        raw_mode: u32::from(stat.stx_mode),
        uid: stat.stx_uid,
        gid: stat.stx_gid,
        size: stat.stx_size,
        links: stat.stx_nlink,
        ino: stat.stx_ino,
        device: rustix::fs::makedev(stat.stx_dev_major, stat.stx_dev_minor),
        rdev: rustix::fs::makedev(stat.stx_rdev_major, stat.stx_rdev_minor),
        mtime: Timestamp::from_parts(stat.stx_mtime.tv_sec, i64::from(stat.stx_mtime.tv_nsec)),
        ctime: Timestamp::from_parts(stat.stx_ctime.tv_sec, i64::from(stat.stx_ctime.tv_nsec)),
        is_mount: stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
    })
}

/// Returns the target of the symlink `name` of `dir`, as bytes.
pub fn read_link_at(dir: BorrowedFd<'_>, name: &[u8]) -> Result<Vec<u8>> {
    Ok(rustix::fs::readlinkat(dir, name, Vec::new())?.into_bytes())
}

/// Returns the names in an open directory, without `.` and `..`, unsorted.
pub fn names(dir: BorrowedFd<'_>) -> Result<Vec<Box<[u8]>>> {
    Ok(names_within(dir, usize::MAX)?.unwrap_or_default())
}

/// As [`names`]; `None` when there are more than so many, of which no more are read then.
pub fn names_within(dir: BorrowedFd<'_>, most: usize) -> Result<Option<Vec<Box<[u8]>>>> {
    list(dir, most, |entry| Box::from(entry.file_name().to_bytes()))
}

/// An entry of a directory, as the directory itself tells it.
#[derive(Debug)]
pub struct Entry {
    /// Name.
    pub name: Box<[u8]>,
    /// Inode number.
    pub ino: u64,
    /// Whether it is a directory; `None` when the file system does not say.
    pub is_dir: Option<bool>,
}

/// Returns the entries in a directory, unsorted, without `.` and `..`.
pub fn entries(dir: BorrowedFd<'_>) -> Result<Vec<Entry>> {
    Ok(entries_within(dir, usize::MAX)?.unwrap_or_default())
}

/// As [`entries`]; `None` when there are more than so many, of which no more are read then.
pub fn entries_within(dir: BorrowedFd<'_>, most: usize) -> Result<Option<Vec<Entry>>> {
    list(dir, most, |entry| Entry {
        name: Box::from(entry.file_name().to_bytes()),
        ino: entry.ino(),
        is_dir: match entry.file_type() {
            RawType::Unknown => None,
            kind => Some(kind == RawType::Directory),
        },
    })
}

fn list<T>(
    dir: BorrowedFd<'_>,
    most: usize,
    mut told: impl FnMut(&RawDirEntry<'_>) -> T,
) -> Result<Option<Vec<T>>> {
    let mut buffer = vec![MaybeUninit::<u8>::uninit(); 128 * 1024];
    let mut entries = RawDir::new(dir, &mut buffer);
    let mut found = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Err(Errno::INTR) => continue,
            // The directory went away while we read it: it has nothing more.
            Err(Errno::NOENT) => break,
            other => other?,
        };
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            if found.len() == most {
                return Ok(None);
            }
            found.push(told(&entry));
        }
    }
    Ok(Some(found))
}

/// Returns a path text by which `*xattr` calls reach the entry `name` of `dir` itself, symlink or not, without
/// opening it. Use only while `dir` is open.
pub fn proc_path(dir: BorrowedFd<'_>, name: &[u8]) -> PathBuf {
    let mut path = format!("/proc/self/fd/{}/", dir.as_raw_fd()).into_bytes();
    path.extend_from_slice(name);
    PathBuf::from(OsString::from_vec(path))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::fs::{FileTypeExt, symlink};

    use rustix::fs::CWD;

    use super::*;
    use crate::change::FileType;

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        std::fs::write(dir.path().join("a/b/file"), "inside").unwrap();
        symlink("/etc", dir.path().join("a/out")).unwrap();
        symlink("b", dir.path().join("a/in")).unwrap();
        dir
    }

    #[test]
    fn reads_what_lies_beneath() {
        use std::io::Read as _;
        let dir = tree();
        let root = Root::open(dir.path()).unwrap();
        let (mut file, facts) = root.file(Path::new("a/b/file")).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), facts.size, facts.file_type()), ("inside", 6, FileType::File));
        assert!(root.facts(Path::new("")).unwrap().is_dir());
        assert!(root.facts(Path::new(".")).unwrap().is_dir());
        let mut found = names(root.dir(Path::new("a")).unwrap().as_fd()).unwrap();
        found.sort();
        assert_eq!(found, [Box::from(&b"b"[..]), Box::from(&b"in"[..]), Box::from(&b"out"[..])]);
        let (parent, name) = root.parent(Path::new("a/b/file")).unwrap();
        assert_eq!(facts_at(parent.as_fd(), name).unwrap().ino, facts.ino);
        let (parent, name) = root.parent(Path::new("a")).unwrap();
        assert!(facts_at(parent.as_fd(), name).unwrap().is_dir());
    }

    #[test]
    fn never_follows_a_symlink_or_climbs_out() {
        let dir = tree();
        let root = Root::open(&dir.path().join("a")).unwrap();
        assert_eq!(root.dir(Path::new("out")).unwrap_err(), Errno::NOTDIR);
        assert_eq!(root.file(Path::new("out/passwd")).unwrap_err(), Errno::LOOP);
        assert_eq!(root.file(Path::new("in/file")).unwrap_err(), Errno::LOOP);
        assert_eq!(root.place(Path::new("../a")).unwrap_err(), Errno::XDEV);
        assert_eq!(root.file(Path::new("out")).unwrap_err(), Errno::INVAL);
        assert_eq!(root.facts(Path::new("out")).unwrap().file_type(), FileType::Symlink);
        assert_eq!(read_link_at(root.as_fd(), b"out").unwrap(), b"/etc");
        let through = HostPath::new(dir.path().join("a/in").as_os_str().as_bytes()).unwrap();
        assert_eq!(Root::open_exact(&through).unwrap_err(), Errno::NOTDIR);
        assert_eq!(Root::open_exact(&through.join(b"file")).unwrap_err(), Errno::LOOP);
        let straight = HostPath::new(dir.path().join("a/b").as_os_str().as_bytes()).unwrap();
        assert_eq!(Root::open_exact(&straight).unwrap().facts(Path::new("file")).unwrap().size, 6);
    }

    #[test]
    fn never_waits_at_a_pipe_or_wakes_a_device() {
        let dir = tree();
        let pipe = dir.path().join("pipe");
        rustix::fs::mknodat(CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
        let root = Root::open(dir.path()).unwrap();
        assert_eq!(root.file(Path::new("pipe")).unwrap_err(), Errno::INVAL);
        assert_eq!(open_file_at(root.as_fd(), b"pipe").unwrap_err(), Errno::INVAL);
        assert_eq!(root.facts(Path::new("pipe")).unwrap().file_type(), FileType::Fifo);
    }

    #[test]
    fn stays_on_its_mount() {
        let root = Root::open(Path::new("/")).unwrap();
        assert_eq!(root.dir(Path::new("proc")).unwrap_err(), Errno::XDEV);
        assert!(facts_at(root.as_fd(), b"proc").unwrap().is_mount);
    }

    #[test]
    fn of_a_directory_with_too_many_names_no_more_are_read() {
        let dir = tempfile::tempdir().unwrap();
        (0..1000).for_each(|i| drop(std::fs::File::create(dir.path().join(i.to_string())).unwrap()));
        let read = |most| {
            let (fd, mut count) = (std::fs::File::open(dir.path()).unwrap(), 0);
            let found = list(fd.as_fd(), most, |_| count += 1).unwrap();
            (found.map(|found| found.len()), count)
        };
        assert_eq!([read(1000), read(999), read(10)], [(Some(1000), 1000), (None, 999), (None, 10)]);
    }

    #[test]
    fn reaches_deeper_than_a_path_can_be_long() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        let name = [b'd'; 200];
        let mut relative = PathBuf::new();
        let mut at = root.dir(Path::new("")).unwrap();
        for _ in 0..60 {
            rustix::fs::mkdirat(&at, &name[..], Mode::RWXU).unwrap();
            at = open_dir_at(at.as_fd(), &name).unwrap();
            relative.push(OsStr::from_bytes(&name));
        }
        assert!(relative.as_os_str().len() > 12_000);
        assert_eq!(root.facts(&relative).unwrap().ino, facts_of(at.as_fd()).unwrap().ino);
    }
}
