//! Where a commit keeps new objects before and old objects after it: in a hidden directory from which a rename reaches
//! the target. That is the layer's room, or else one as near to the mount point as we may make one.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, Mode, StatxFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::{HostPath, escape_for_display};
use crate::session::Session;
use crate::store::Store;

use super::attributes;
use super::bytes::Bytes;
use super::journal;
use super::places::{Places, Role, Spot};
use super::view::View;

/// A room and the part of the host that renames from it reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// A directory of the host: it serves all at and below it, on the same mount.
    pub serves: Spot,
    /// The room.
    pub path: Bytes,
}

impl Room {
    /// Returns the stage of a commit in this room.
    pub fn stage(&self, commit: &str) -> PathBuf {
        attributes::as_path(&self.path).join("commits").join(commit)
    }
}

/// The resting places of one commit.
#[derive(Debug)]
pub struct Rooms<'a> {
    store: &'a Store,
    commit: String,
    rooms: Vec<Room>,
    /// Directories where there can be no room.
    barred: HashSet<Spot>,
    slots: u64,
}

impl<'a> Rooms<'a> {
    /// Returns the rooms of a commit. None is known yet.
    pub fn new(store: &'a Store, commit: &str) -> Self {
        Self { store, commit: commit.to_owned(), rooms: Vec::new(), barred: HashSet::new(), slots: 0 }
    }

    /// Returns a free resting place from which a rename reaches `near`.
    pub fn slot(&mut self, view: &mut View<'_>, layer: u32, near: &HostPath) -> Result<Spot> {
        let room = self.room(view, layer, near)?;
        let base = view.places.base(Role::Stage, &room.stage(&self.commit))?;
        self.slots += 1;
        Ok(Spot { base, path: Bytes(self.slots.to_string().into_bytes()) })
    }

    /// Finds a room for `near`, which is made when the commit is carried out: whoever takes it back needs one too.
    pub fn room(&mut self, view: &mut View<'_>, layer: u32, near: &HostPath) -> Result<Room> {
        let spot = view.host_spot(layer, near)?;
        if let Some(room) = find(&self.rooms, &spot) {
            return Ok(room.clone());
        }
        let layer = view.layer(layer)?;
        let mut serves = Spot { base: spot.base, path: Bytes::default() };
        if layer.same_mount {
            return Ok(self.add(serves, &layer.room));
        }
        // From the mount point down to the target's directory, as far as the host has it: the first place that lets us.
        let names: Vec<Vec<u8>> = spot.path.0.split(|b| *b == b'/').map(<[u8]>::to_vec).collect();
        for name in names {
            if !self.barred.contains(&serves) {
                if let Some(path) = room_in(&mut view.places, &serves, self.store.id())? {
                    return Ok(self.add(serves, &path));
                }
                self.barred.insert(serves.clone());
            }
            serves = serves.join(&name);
            if !view.places.stat(&serves)?.is_some_and(|stat| stat.is_dir()) {
                break;
            }
        }
        Err(SeeError::new(
            ErrorCode::PermissionDenied,
            format!("Nothing can be kept on the file system of {}.", near.display()),
            "Make one of its directories writable for you, or leave this path out.",
        )
        .with_path(near))
    }

    /// Returns the rooms that were found.
    pub fn found(&self) -> &[Room] {
        &self.rooms
    }

    fn add(&mut self, serves: Spot, path: &Path) -> Room {
        let room = Room { serves, path: Bytes(path.as_os_str().as_bytes().to_vec()) };
        self.rooms.push(room.clone());
        room
    }
}

/// Returns the room that serves this spot of the host.
pub fn find<'r>(rooms: &'r [Room], spot: &Spot) -> Option<&'r Room> {
    rooms.iter().find(|room| spot.below(&room.serves).is_some())
}

/// Returns the stages that there are of a commit whose journal does not tell its rooms: in those that its session has, or that other
/// commits of the session had.
pub fn stages_of(store: &Store, session: &Session, commit: &str) -> Result<Vec<PathBuf>> {
    let beside = format!(".alcatraz-{}", store.id());
    let mut rooms = vec![store.root().to_owned()];
    for layer in &session.layers {
        rooms.extend([layer.room.clone(), layer.mount_point.as_path().join(&beside)]);
    }
    for other in store.commits()?.iter().filter(|other| other.session == session.id) {
        let journal = journal::read(&super::commit_dir(store, &other.id))?;
        let known = journal.into_iter().flat_map(|journal| journal.header.rooms);
        rooms.extend(known.map(|room| attributes::as_path(&room.path).to_owned()));
    }
    let mut seen = HashSet::new();
    rooms.retain(|room| seen.insert(room.clone()));
    let stages = rooms.iter().map(|room| room.join("commits").join(commit));
    Ok(stages.filter(|stage| stage.is_dir()).collect())
}

/// Makes a directory of our own, and those above it that are missing, for nobody else.
pub fn make_private(dir: &Path) -> Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|e| {
        let path = HostPath::new(dir.as_os_str().as_bytes()).unwrap_or_else(HostPath::root);
        match e.raw_os_error() {
            Some(code) => SeeError::os("making", &path, Errno::from_raw_os_error(code)),
            None => SeeError::new(
                ErrorCode::Io,
                format!("{} cannot be made: {e}.", escape_for_display(dir.as_os_str().as_bytes())),
                "Look at the path and the system's log, then try again.",
            ),
        }
    })
}

/// Makes what a commit keeps in a room, and the room itself when it is missing, before anything is staged.
pub fn make_stage(places: &mut Places, room: &Room, commit: &str) -> Result<()> {
    let path = attributes::as_path(&room.path);
    if !is_beside(places, room) {
        // The room may lie on the file system that it serves: never make it beneath that one.
        places.dir(&room.serves)?;
        return make_private(&room.stage(commit));
    }
    let spot = room.serves.join(path.file_name().map(OsStr::as_bytes).unwrap_or_default());
    // The room is ours; what a person can do something about is the place that it serves.
    let failed = |places: &Places, errno| places.error("making room for a backup in", &room.serves, errno);
    let before = places.stat(&room.serves)?.ok_or_else(|| failed(places, Errno::NOENT))?;
    let holder = places.dir(&room.serves)?;
    match rustix::fs::mkdirat(&*holder, super::places::name(&spot), Mode::RWXU) {
        // A room is no change that anybody should see.
        Ok(()) => attributes::set_mtime(places, &room.serves, None, before.mtime)?,
        Err(Errno::EXIST) => {}
        Err(errno) => return Err(failed(places, errno)),
    }
    if !is_ours(places, &room.serves, &spot)? {
        return Err(failed(places, Errno::EXIST));
    }
    let commits = spot.join(b"commits");
    for dir in [commits.clone(), commits.join(commit.as_bytes())] {
        let holder = places.holder(&dir)?;
        match rustix::fs::mkdirat(&*holder, super::places::name(&dir), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(failed(places, errno)),
        }
    }
    Ok(())
}

/// Tells whether a room lies right in the directory that it serves: making it changes that one.
pub fn is_beside(places: &Places, room: &Room) -> bool {
    attributes::as_path(&room.path).parent() == Some(places.path(&room.serves).as_path())
}

/// Returns the room that there is in this directory or that can be made there; `None` when there can be none. Makes
/// nothing: what is only planned leaves no trace.
fn room_in(places: &mut Places, holder: &Spot, store: &str) -> Result<Option<PathBuf>> {
    let spot = holder.join(format!(".alcatraz-{store}").as_bytes());
    let is_possible = match places.stat(&spot)? {
        Some(_) => is_ours(places, holder, &spot)?,
        None => {
            let dir = places.dir(holder)?;
            let access = Access::WRITE_OK | Access::EXEC_OK;
            rustix::fs::accessat(&*dir, ".", access, AtFlags::EACCESS).is_ok()
        }
    };
    Ok(is_possible.then(|| places.path(&spot).as_path().to_owned()))
}

/// Tells whether a room is a directory of ours alone, and on the mount of the directory that holds it.
fn is_ours(places: &mut Places, holder: &Spot, room: &Spot) -> Result<bool> {
    let dir = places.dir(holder)?;
    let mount = |name: &Path, flags| {
        rustix::fs::statx(&*dir, name, flags, StatxFlags::MNT_ID).map(|stat| stat.stx_mnt_id)
    };
    let inside = mount(super::places::name(room), AtFlags::SYMLINK_NOFOLLOW);
    let is_same = match (mount(Path::new(""), AtFlags::EMPTY_PATH), inside) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    let is_private = places.stat(room)?.is_some_and(|stat| {
        stat.is_dir() && stat.uid == rustix::process::geteuid().as_raw() && stat.mode & 0o077 == 0
    });
    Ok(is_same && is_private)
}
