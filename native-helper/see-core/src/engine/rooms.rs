//! Where layers lie on the host: one private directory per file system, and one pair of directories per layer.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fd::OwnedFd;
use rustix::fs::{
    AtFlags, CWD, FileType, Mode as Bits, OFlags, RenameFlags, Stat, Timespec, Timestamps, UTIME_NOW,
    UTIME_OMIT,
};
use rustix::io::Errno;

use crate::error::{Result, SeeError};
use crate::layer::{Covered, Layer, MarkSpace};
use crate::mounts::{Kind, Mount, covering};
use crate::path::HostPath;
use crate::read_set::entry::Moment;
use crate::remove_tree::remove_dir;
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
        match make_room(mount, &self.place(mount), self.store) {
            // A disk that is full keeps nobody from working elsewhere: what covers it lies in the store then.
            Ok(path) if !is_full(&path) => Room { path, same_mount: true },
            _ => self.fallback(),
        }
    }

    /// Returns the store as the room of a mount that it does not lie on.
    pub fn fallback(&self) -> Room {
        Room { path: self.store.root().to_owned(), same_mount: false }
    }

    /// Makes the directories of a new layer, whose index no record has, and returns its record; where that fails nothing of it
    /// stays.
    pub fn make_layer(
        &self,
        session: &str,
        index: u32,
        point: HostPath,
        device: u64,
        room: &Room,
    ) -> Result<Layer> {
        let session = room.path.join("layers").join(session);
        let dir = session.join(index.to_string());
        // One that was made and never recorded: no program has been in it.
        remove_dir(&dir)?;
        self.fill(&dir, index, point, device, room).inspect_err(|_| {
            // What cannot be removed either is removed with the session, or when the next one is made here.
            let _ = remove_dir(&dir);
            let _ = std::fs::remove_dir(&session);
            remove_empty(&room.path);
        })
    }

    fn fill(&self, dir: &Path, index: u32, point: HostPath, device: u64, room: &Room) -> Result<Layer> {
        let (upper, work) = (dir.join("upper"), dir.join("work"));
        make_private(dir)?;
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
            mounted: began,
            masked: Vec::new(),
            unnoted_masks: false,
            covered,
            untouched: false,
        })
    }
}

/// Returns the time by the clock by which it is known when a layer's session began.
pub fn time_of(layer: &Layer) -> Timestamp {
    let dir = layer.upper.parent().filter(|_| layer.same_mount);
    let touched = dir.and_then(|dir| {
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        rustix::fs::utimensat(CWD, dir, &times, AtFlags::empty()).ok()?;
        rustix::fs::lstat(dir).ok()
    });
    let stamp =
        |stat: Stat| Timestamp::from_parts(stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or(0));
    // Never later than the stamp of what is changed from now on.
    touched.map_or_else(|| Moment::now().timestamp(), stamp)
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
fn make_room(mount: &Mount, path: &Path, store: &Store) -> std::result::Result<PathBuf, Errno> {
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
            // That a room is there is no change that anybody should see; all else works without the time.
            let _ = set_mtime(&root, &stat);
        }
        Err(Errno::EXIST) => {}
        Err(e) => return Err(e),
    }
    if !is_ours(&rustix::fs::statat(&root, name, AtFlags::SYMLINK_NOFOLLOW)?) {
        return Err(Errno::EXIST);
    }
    note_store(path, store)?;
    Ok(path.to_owned())
}

/// Tells whether this is a directory of ours alone.
fn is_ours(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
        && stat.st_uid == rustix::process::geteuid().as_raw()
        && stat.st_mode & 0o077 == 0
}

fn set_mtime(dir: &OwnedFd, before: &Stat) -> std::result::Result<(), Errno> {
    let modified =
        Timespec { tv_sec: before.st_mtime, tv_nsec: before.st_mtime_nsec.try_into().unwrap_or(0) };
    let times =
        Timestamps { last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT }, last_modification: modified };
    rustix::fs::utimensat(dir, "", &times, AtFlags::EMPTY_PATH)
}

/// Returns the attribute by which a room tells whose it is.
fn whose(mode: Mode) -> &'static str {
    match mode {
        Mode::System => "trusted.alcatraz.store",
        Mode::User => "user.alcatraz.store",
    }
}

/// Notes in a room where its store is, for whoever finds it when that is gone.
fn note_store(room: &Path, store: &Store) -> std::result::Result<(), Errno> {
    let (name, root) = (whose(store.mode()), store.root().as_os_str().as_bytes());
    match store_of(room, store.mode()) {
        Some(known) if known.as_os_str().as_bytes() == root => Ok(()),
        _ => rustix::fs::lsetxattr(room, name, root, rustix::fs::XattrFlags::empty()),
    }
}

fn store_of(room: &Path, mode: Mode) -> Option<PathBuf> {
    let mut path = [0_u8; 4096];
    let length = rustix::fs::lgetxattr(room, whose(mode), path.as_mut_slice()).ok()?;
    Some(PathBuf::from(OsStr::from_bytes(path.get(..length)?)))
}

/// Returns the rooms of stores of this user that are gone, each with where its store was.
pub fn forsaken(mounts: &[Mount], mode: Mode) -> Vec<(PathBuf, PathBuf)> {
    let has_rooms = |mount: &&Mount| mount.kind() == Kind::Disk && !mount.flags.read_only;
    let listed =
        mounts.iter().filter(has_rooms).filter_map(|mount| std::fs::read_dir(mount.point.as_path()).ok());
    let rooms = listed
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_room(path) && rustix::fs::lstat(path).is_ok_and(|stat| is_ours(&stat)));
    let mut found: Vec<_> = rooms
        .filter_map(|room| store_of(&room, mode).map(|store| (room, store)))
        .filter(|(_, store)| !store.join("version").exists())
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Returns what bears the name of a room at the roots of these mounts, whosever store it belongs to.
pub fn all(mounts: &[Mount]) -> impl Iterator<Item = PathBuf> {
    let disks = mounts.iter().filter(|mount| mount.kind() == Kind::Disk);
    let listed = disks.filter_map(|mount| std::fs::read_dir(mount.point.as_path()).ok()).flatten();
    listed.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_room(path))
}

fn is_room(path: &Path) -> bool {
    let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
    name.strip_prefix(b".alcatraz-").is_some_and(|id| id.len() == 8 && id.iter().all(u8::is_ascii_hexdigit))
}

/// Removes a room that holds neither layers nor backups any more. One that holds something is not empty, which is no failure;
/// a session that begins beside us makes it again.
pub fn remove_empty(room: &Path) {
    let holder = room.parent().filter(|_| is_room(room) && !room.join("version").exists());
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Some(holder) = holder.and_then(|holder| rustix::fs::open(holder, flags, Bits::empty()).ok()) else {
        return;
    };
    let before = rustix::fs::fstat(&holder);
    for part in ["layers", "commits"] {
        let _ = std::fs::remove_dir(room.join(part));
    }
    if let (Ok(()), Ok(before)) = (std::fs::remove_dir(room), before) {
        // That a room was there is no change that anybody should see; without the time it is gone all the same.
        let _ = set_mtime(&holder, &before);
    }
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

fn can_hold_layers(root: &OwnedFd, name: &OsStr) -> std::result::Result<(), Errno> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_that_was_half_made_keeps_no_other_from_being_made() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Some(&dir.path().join("store"))).unwrap();
        let rooms = Rooms::new(&store, &[]);
        let room = rooms.fallback();
        let all = room.path.join("layers");
        let point = HostPath::new(dir.path().as_os_str().as_bytes()).unwrap();
        // Its record was never written.
        let half = all.join("s/1/upper");
        make_private(&half).unwrap();
        std::fs::write(half.join("left"), "").unwrap();
        let layer = rooms.make_layer("s", 1, point.clone(), 0, &room).unwrap();
        assert!(layer.work.is_dir() && std::fs::read_dir(&layer.upper).unwrap().next().is_none());
        // One that cannot be made leaves nothing.
        std::fs::write(all.join("t"), "").unwrap();
        assert!(rooms.make_layer("t", 0, point, 0, &room).is_err());
        assert!(all.join("s").is_dir());
    }
}
