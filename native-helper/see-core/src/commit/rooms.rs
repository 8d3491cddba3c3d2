//! Where a commit keeps new objects before and old objects after it: in a room on the same mount as the target, so
//! that a rename reaches it; where there can be none, under a hidden name beside the target.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, StatxFlags};

use crate::error::{ErrorCode, Result, SeeError};
use crate::path::{HostPath, escape_for_display};
use crate::store::Store;

use super::bytes::Bytes;
use super::places::{Role, Spot};
use super::view::View;

/// The resting places of one commit.
#[derive(Debug)]
pub struct Rooms<'a> {
    store: &'a Store,
    commit: String,
    /// By layer: its room and the tree of its stage, or none when objects must rest beside their targets.
    stages: HashMap<u32, Option<(PathBuf, u16)>>,
    slots: u64,
    siblings: Vec<Spot>,
    made: Vec<PathBuf>,
}

impl<'a> Rooms<'a> {
    /// Returns the rooms of a commit. None is made yet.
    pub fn new(store: &'a Store, commit: &str) -> Self {
        Self {
            store,
            commit: commit.to_owned(),
            stages: HashMap::new(),
            slots: 0,
            siblings: Vec::new(),
            made: Vec::new(),
        }
    }

    /// Returns a free resting place from which a rename reaches `near`.
    pub fn slot(&mut self, view: &mut View<'_>, layer: u32, near: &HostPath) -> Result<Spot> {
        self.slots += 1;
        if let Some(base) = self.stage(view, layer)? {
            return Ok(Spot { base, path: Bytes(self.slots.to_string().into_bytes()) });
        }
        // The nearest directory that the host has already.
        let mut holder = near.parent().unwrap_or_else(HostPath::root);
        while !view.host(layer, &holder)?.is_some_and(|stat| stat.is_dir()) {
            holder = holder.parent().unwrap_or_else(HostPath::root);
        }
        let name = format!(".alcatraz-{}-{}", self.commit, self.slots);
        let spot = view.host_spot(layer, &holder.join(name.as_bytes()))?;
        self.siblings.push(spot.clone());
        Ok(spot)
    }

    /// Returns the hidden names beside targets that were given out.
    pub fn siblings(&self) -> Vec<Spot> {
        self.siblings.clone()
    }

    /// Returns the stage directories that were chosen, in rooms.
    pub fn stages(&self) -> &[PathBuf] {
        &self.made
    }

    /// Returns the room for each tree of the host that the commit works in.
    pub fn by_tree(&mut self, view: &mut View<'_>) -> Result<Vec<(u16, Option<Bytes>)>> {
        let mut rooms = Vec::new();
        for layer in &view.session.layers {
            let Some(tree) = view.places.find(Role::Host, layer.mount_point.as_path()) else { continue };
            self.stage(view, layer.index)?;
            let room = self.stages.get(&layer.index).and_then(Option::as_ref);
            rooms.push((tree, room.map(|(room, _)| Bytes(room.as_os_str().as_bytes().to_vec()))));
        }
        Ok(rooms)
    }

    fn stage(&mut self, view: &mut View<'_>, layer: u32) -> Result<Option<u16>> {
        if !self.stages.contains_key(&layer) {
            let stage = self.find_stage(view, layer)?;
            self.stages.insert(layer, stage);
        }
        Ok(self.stages.get(&layer).and_then(Option::as_ref).map(|(_, tree)| *tree))
    }

    fn find_stage(&mut self, view: &mut View<'_>, index: u32) -> Result<Option<(PathBuf, u16)>> {
        let layer = view.layer(index)?;
        let room = if layer.same_mount {
            layer.room.clone()
        } else {
            let room = layer.mount_point.as_path().join(format!(".alcatraz-{}", self.store.id()));
            if !is_usable(&room, layer.mount_point.as_path()) {
                return Ok(None);
            }
            room
        };
        let stage = room.join("commits").join(&self.commit);
        if !self.made.contains(&stage) {
            self.made.push(stage.clone());
        }
        let tree = view.places.base(Role::Stage, &stage)?;
        Ok(Some((room, tree)))
    }
}

/// Makes a directory of our own, and those above it that are missing, for nobody else.
pub fn make_private(dir: &Path) -> Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|e| {
        let path = HostPath::new(dir.as_os_str().as_bytes()).unwrap_or_else(HostPath::root);
        match e.raw_os_error() {
            Some(code) => SeeError::os("making", &path, rustix::io::Errno::from_raw_os_error(code)),
            None => SeeError::new(
                ErrorCode::Io,
                format!("{} cannot be made: {e}.", escape_for_display(dir.as_os_str().as_bytes())),
                "Look at the path and the system's log, then try again.",
            ),
        }
    })
}

/// Tells whether a room can be had at the top of this mount: ours alone, and on the mount itself.
fn is_usable(room: &Path, mount_point: &Path) -> bool {
    let made = std::fs::DirBuilder::new().mode(0o700).create(room);
    if made.is_err_and(|e| e.kind() != std::io::ErrorKind::AlreadyExists) {
        return false;
    }
    let Ok(facts) = std::fs::symlink_metadata(room) else { return false };
    let mount = |path: &Path| {
        rustix::fs::statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::MNT_ID)
            .map(|stat| stat.stx_mnt_id)
    };
    let same = matches!((mount(room), mount(mount_point)), (Ok(one), Ok(other)) if one == other);
    facts.is_dir() && facts.uid() == rustix::process::geteuid().as_raw() && facts.mode() & 0o077 == 0 && same
}
