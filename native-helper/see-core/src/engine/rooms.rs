//! Where layers lie on the host: one private directory per file system, and one pair of directories per layer.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode as Bits, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::error::{Result, SeeError};
use crate::layer::{Covered, Layer, MarkSpace};
use crate::mounts::{Mount, covering};
use crate::path::HostPath;
use crate::session::Mode;
use crate::store::Store;
use crate::timestamp::Timestamp;

/// File systems that overlayfs takes as the lower side only, whatever they can store.
const NO_UPPER: &[&str] = &["overlay", "squashfs", "erofs"];

/// Where the layers of one mount go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The directory.
    pub path: PathBuf,
    /// Whether it lies on the mount that the layers cover.
    pub same_mount: bool,
}

/// Finds rooms for one store.
pub struct Rooms<'a> {
    store: &'a Store,
    own_mount: Option<u64>,
}

impl<'a> Rooms<'a> {
    /// Begins with the store as the room of the mount that it lies on.
    pub fn new(store: &'a Store, mounts: &[Mount]) -> Self {
        let own_mount = HostPath::new(store.root().as_os_str().as_bytes())
            .and_then(|root| covering(mounts, &root).map(|mount| mount.id));
        Self { store, own_mount }
    }

    /// Returns the room at the root of a mount, whether it is there or not.
    pub fn place(&self, mount: &Mount) -> PathBuf {
        let name = format!(".alcatraz-{}", self.store.id());
        mount.point.join(name.as_bytes()).as_path().to_owned()
    }

    /// Returns the room for layers that cover (a part of) `mount`; makes it when that is possible, else falls back to
    /// the store, from where a commit copies.
    pub fn of(&self, mount: &Mount) -> Room {
        if Some(mount.id) == self.own_mount {
            return Room { path: self.store.root().to_owned(), same_mount: true };
        }
        if NO_UPPER.contains(&mount.fs_type.as_str()) {
            return self.fallback();
        }
        match make_room(mount, &self.place(mount)) {
            // A disk that is full keeps nobody from working elsewhere: what covers it lies in the store then.
            Ok(path) if !is_full(&path) => Room { path, same_mount: true },
            _ => self.fallback(),
        }
    }

    /// Returns the store as the room of a mount that it does not lie on.
    pub fn fallback(&self) -> Room {
        Room { path: self.store.root().to_owned(), same_mount: false }
    }

    /// Makes the directories of a new layer and returns its record. A disk that is full keeps nobody from working
    /// elsewhere: what covers it then lies in the store.
    pub fn make_layer(
        &self,
        session: &str,
        index: u32,
        point: HostPath,
        device: u64,
        room: &Room,
    ) -> Result<Layer> {
        let dir = room.path.join("layers").join(session).join(index.to_string());
        let (upper, work) = (dir.join("upper"), dir.join("work"));
        make_private(&dir)?;
        for wanted in [&upper, &work] {
            rustix::fs::mkdir(wanted, Bits::RWXU).map_err(|e| os("making", wanted, e))?;
        }
        if self.store.mode() == Mode::System {
            dress(&upper, &point).map_err(|e| os("setting the owner of", &upper, e))?;
        }
        let stat = rustix::fs::lstat(&upper).map_err(|e| os("looking at", &upper, e))?;
        let began = if room.same_mount {
            Timestamp::from_parts(stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or(0))
        } else {
            Timestamp::now()
        };
        let marks = match self.store.mode() {
            Mode::System => MarkSpace::Trusted,
            Mode::User => MarkSpace::User,
        };
        let covered = Covered::at(&point);
        Ok(Layer {
            index,
            mount_point: point,
            upper,
            work,
            room: room.path.clone(),
            device,
            same_mount: room.same_mount,
            marks,
            began,
            covered,
            untouched: false,
        })
    }
}

/// Tells whether a file system has no room even for an empty layer.
fn is_full(room: &Path) -> bool {
    const FEWEST: u64 = 16;
    let short = |all: u64, left: u64| all > 0 && left < FEWEST;
    rustix::fs::statvfs(room)
        .is_ok_and(|facts| short(facts.f_blocks, facts.f_bavail) || short(facts.f_files, facts.f_favail))
}

/// Gives the root of a layer what its file system shows of it: owner, mode, and access list.
fn dress(upper: &Path, point: &HostPath) -> std::result::Result<(), Errno> {
    const ACCESS_LISTS: [&str; 2] = ["system.posix_acl_access", "system.posix_acl_default"];
    let stat = rustix::fs::lstat(point.as_path())?;
    let owner = (rustix::process::Uid::from_raw(stat.st_uid), rustix::process::Gid::from_raw(stat.st_gid));
    rustix::fs::chownat(CWD, upper, Some(owner.0), Some(owner.1), AtFlags::SYMLINK_NOFOLLOW)?;
    rustix::fs::chmod(upper, Bits::from_raw_mode(stat.st_mode))?;
    for name in ACCESS_LISTS {
        let mut list = [0_u8; 4096];
        match rustix::fs::lgetxattr(point.as_path(), name, list.as_mut_slice()) {
            Ok(length) => {
                let list = list.get(..length).unwrap_or_default();
                rustix::fs::lsetxattr(upper, name, list, rustix::fs::XattrFlags::empty())?;
            }
            Err(Errno::NODATA | Errno::OPNOTSUPP) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Makes a room at the root of a mount. Only where nobody else can rename it away or put something else there.
fn make_room(mount: &Mount, path: &Path) -> std::result::Result<PathBuf, Errno> {
    let me = rustix::process::geteuid().as_raw();
    let root = rustix::fs::openat(
        CWD,
        mount.point.as_path(),
        OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Bits::empty(),
    )?;
    let stat = rustix::fs::fstat(&root)?;
    let open_to_others = stat.st_mode & 0o022 != 0 && stat.st_mode & 0o1000 == 0;
    if stat.st_uid != me || open_to_others || !is_safe_way(mount.point.as_path(), me)? {
        return Err(Errno::ACCESS);
    }
    let name = path.file_name().unwrap_or_default();
    match rustix::fs::mkdirat(&root, name, Bits::RWXU) {
        Ok(()) => {
            // What cannot hold a special file or exchange names cannot hold a layer: find out now, not in the kernel's log.
            if let Err(e) = can_hold_layers(&root, name) {
                let _ = rustix::fs::unlinkat(&root, name, AtFlags::REMOVEDIR);
                return Err(e);
            }
        }
        Err(Errno::EXIST) => {}
        Err(e) => return Err(e),
    }
    let stat = rustix::fs::statat(&root, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let is_ours = FileType::from_raw_mode(stat.st_mode) == FileType::Directory
        && stat.st_uid == me
        && stat.st_mode & 0o077 == 0;
    if is_ours { Ok(path.to_owned()) } else { Err(Errno::EXIST) }
}

/// Tells whether nobody else can move a part of the way to a mount: its room is reached by this way later, and whatever
/// lies there then would be taken for it.
fn is_safe_way(point: &Path, me: u32) -> std::result::Result<bool, Errno> {
    let writers = if me == 0 { 0o022 } else { 0o002 };
    for dir in point.ancestors().skip(1) {
        let stat = rustix::fs::lstat(dir)?;
        let is_ours = stat.st_uid == 0 || stat.st_uid == me;
        if !is_ours || stat.st_mode & writers != 0 && stat.st_mode & 0o1000 == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn can_hold_layers(root: &rustix::fd::OwnedFd, name: &OsStr) -> std::result::Result<(), Errno> {
    let room = rustix::fs::openat(
        root,
        name,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Bits::empty(),
    )?;
    let system = rustix::process::geteuid().is_root();
    let mark = if system { "trusted.overlay.probe" } else { "user.overlay.probe" };
    rustix::fs::fsetxattr(&room, mark, b"y", rustix::fs::XattrFlags::empty())?;
    rustix::fs::fremovexattr(&room, mark)?;
    rustix::fs::mkdirat(&room, "probe", Bits::RWXU)?;
    let renamed = rustix::fs::renameat_with(&room, "probe", &room, "probe2", RenameFlags::NOREPLACE);
    rustix::fs::unlinkat(&room, if renamed.is_ok() { "probe2" } else { "probe" }, AtFlags::REMOVEDIR)?;
    renamed
}

/// Makes a directory that only its owner can use, and the ones above it that are missing.
pub fn make_private(path: &Path) -> Result<()> {
    if rustix::fs::mkdir(path, Bits::RWXU).is_ok() {
        return Ok(());
    }
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| io("making", path, &e))
}

/// Returns the error for a failed call on a path of the store.
pub fn os(doing: &str, path: &Path, errno: Errno) -> Box<SeeError> {
    let shown = HostPath::new(path.as_os_str().as_bytes()).unwrap_or_else(HostPath::root);
    SeeError::os(doing, &shown, errno)
}

/// Returns the error for a failed call of the standard library on a path of the store.
pub fn io(doing: &str, path: &Path, error: &std::io::Error) -> Box<SeeError> {
    os(doing, path, Errno::from_io_error(error).unwrap_or(Errno::IO))
}
