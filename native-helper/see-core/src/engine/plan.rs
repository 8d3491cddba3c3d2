//! What a SEE's file tree is made of, decided before anything is mounted. Knows the host's mounts and the store.

use std::collections::BTreeSet;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{Access, CWD, Mode as Bits, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::cause::{Limit, LimitCause};
use crate::error::{ErrorCode, Result, SeeError};
use crate::layer::Layer;
use crate::mounts::{Flags, Kind, Mount, covering, visible};
use crate::net::resolver::Resolver;
use crate::overlay_marks;
use crate::path::{HostPath, PathRef};
use crate::secrets::usual::stores_of_all;
use crate::secrets::{Hidden, outermost};
use crate::session::Mode;
use crate::store::Store;

use super::devices::Node;
use super::display::Screen;
use super::rooms::Rooms;
use super::{bare, dismantle, masks, rooms, user_tree};

/// One part of the tree. Parts come in the order in which they are put in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where.
    pub point: HostPath,
    /// What.
    pub what: What,
    /// Flags that the host's mount has.
    pub flags: Flags,
    /// Below which directory it is shown; nothing of it can be changed then. `None`: where it is on the host.
    pub below: Option<HostPath>,
}

impl Part {
    /// Returns where it is put.
    pub fn place(&self) -> HostPath {
        let Some(below) = &self.below else { return self.point.clone() };
        match self.point.below(&HostPath::root()) {
            Some(rest) if !rest.is_empty() => below.join(rest),
            _ => below.clone(),
        }
    }
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The host's directory with a layer on top: the directory that holds `upper` and `work`.
    Layered(HostPath),
    /// A directory of the SEE's own that holds other parts, with a layer on top. For where the host's has mounts
    /// below it, which an ordinary user cannot take apart.
    Mirrored(HostPath),
    /// The host's directory, read-only.
    ReadOnly(Kind),
    /// The host's file, read-only.
    File,
    /// A directory of the SEE's own that holds other parts.
    Directory {
        /// Permission bits.
        mode: u32,
    },
    /// A symlink as on the host.
    Symlink(Vec<u8>),
    /// A small file as on the host: a copy, for a layer to lie on.
    Copy,
    /// A memory file system that everybody may write to.
    Scratch,
}

/// A whole tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tree {
    /// Its parts: an outer one before those inside it.
    pub parts: Vec<Part>,
    /// Places to hide: the store, every room, and what the session must not see; none lies below another.
    pub hidden: Vec<HostPath>,
    /// Places that are not there and stay so inside when the host makes something there.
    pub unmade: Vec<HostPath>,
    /// Directories that the session has to change as the host has them: it begins there, lives there, or has changes there.
    pub needed: Vec<HostPath>,
    /// Whether programs of the session have changed the tree before.
    pub entered_before: bool,
    /// Devices of the host that it gets.
    pub devices: Vec<Node>,
    /// The display to show, once it is there.
    pub screen: Option<Screen>,
    /// How names are asked for, when the network is on.
    pub resolver: Option<Resolver>,
    /// Whether files of the caller's are shown as they are (`bare`).
    pub shows_own_files: bool,
    /// Whether it is only looked at: whoever does gets no right but to read.
    pub is_view: bool,
}

/// A tree and what the session has to remember of it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What to build.
    pub tree: Tree,
    /// The session's layers, outer ones first; each index once.
    pub layers: Vec<Layer>,
    /// What the SEE cannot change.
    pub limits: Vec<Limit>,
    /// What the session must not see.
    pub hidden: Vec<PathRef>,
}

/// The largest file that is copied for a mirror, in bytes; larger ones are shown read-only.
const COPY_LIMIT: u64 = 1024 * 1024;
/// How much is copied in all.
const COPIES_LIMIT: u64 = 32 * 1024 * 1024;

/// Where a plan comes from.
pub struct Planner<'a> {
    pub(super) store: &'a Store,
    pub(super) session: &'a str,
    pub(super) mounts: Vec<Mount>,
    pub(super) rooms: Rooms<'a>,
    /// Layers that the session has from before.
    pub(super) old: Vec<Layer>,
    pub(super) plan: Plan,
    /// Whether the tree is only looked at: nothing new is made on disk.
    pub(super) is_view: bool,
    /// How many bytes of small files may still be copied.
    copies_left: u64,
}

/// Plans the tree of a session, and makes the directories of its layers. `old` are the layers that it has already;
/// `needed` are directories (home, working directory) whose owner must be able to change them, when natively so;
/// `hide` tells from the mounts which places the session must not see.
pub fn make(
    store: &Store,
    session: &str,
    old: Vec<Layer>,
    needed: &[HostPath],
    hide: impl Fn(&[Mount]) -> Result<Hidden>,
) -> Result<Plan> {
    let mounts = visible()?;
    let Hidden { places: secrets, unmade } = hide(&mounts)?;
    let entered_before = !old.is_empty();
    let needed_before = old.iter().filter(|layer| !layer.is_empty()).map(|layer| layer.mount_point.clone());
    let all_needed = needed.iter().cloned().chain(needed_before).collect();
    let mut planner = Planner::new(store, session, mounts, old, false);
    planner.plan.tree.needed = all_needed;
    planner.plan.hidden = secrets.iter().map(HostPath::to_ref).collect();
    planner.hide(secrets);
    if let Err(error) = planner.cover(needed) {
        // Whoever asked knows nothing of layers in other rooms.
        for layer in planner.plan.layers.iter().filter(|_| !entered_before) {
            dismantle::layer(layer)?;
        }
        return Err(error);
    }
    planner.keep_unmade(unmade);
    planner.note_masks();
    planner.report_lost_layers();
    planner.plan.layers.sort_by(|a, b| a.mount_point.cmp(&b.mount_point));
    planner.plan.tree.entered_before = entered_before;
    Ok(planner.plan)
}

fn is_gone(path: &HostPath) -> bool {
    rustix::fs::lstat(path.as_path()).is_err_and(|e| matches!(e, Errno::NOENT | Errno::NOTDIR))
}

/// Tells whether every directory from below `point` to a path is the user's, of their own group and without attributes: only such
/// can be shown as they are, and what is shown otherwise would look like a change of the session's.
fn is_ours(point: &HostPath, path: &HostPath) -> bool {
    let me = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let is_plain = |dir: &HostPath| {
        rustix::fs::lstat(dir.as_path()).is_ok_and(|stat| (stat.st_uid, stat.st_gid) == me)
            && overlay_marks::list(dir.as_path()).is_ok_and(|names| names.is_empty())
    };
    let above = std::iter::successors(path.parent(), HostPath::parent).take_while(|dir| dir != point);
    above.into_iter().all(|dir| is_plain(&dir))
}

/// Tells whether a layer from before lies over what it covered then.
fn is_over(layer: &Layer, mount: &Mount) -> bool {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match layer.covered {
        Some(_) => rustix::fs::openat(CWD, layer.mount_point.as_path(), flags, Bits::empty())
            .is_ok_and(|dir| !layer.is_astray(Some(dir.as_fd()))),
        None => layer.device == mount.device,
    }
}

/// Plans the tree of a session, or with no layers the host's, for somebody who only looks. Returns also where layers that
/// hold something have no place now.
pub fn view(store: &Store, session: &str, layers: Vec<Layer>) -> Result<(Tree, Vec<HostPath>)> {
    // Where the session had a layer for a directory that it began in, it is needed again.
    let needed: Vec<HostPath> = layers.iter().map(|layer| layer.mount_point.clone()).collect();
    let changed = layers.iter().filter(|layer| !layer.is_empty()).map(|layer| layer.mount_point.clone());
    let changed = changed.collect();
    let mut planner = Planner::new(store, session, visible()?, layers, true);
    planner.plan.tree.needed = changed;
    planner.hide(Vec::new());
    planner.cover(&needed)?;
    let lost = planner.old.iter().filter(|layer| !layer.is_empty());
    let lost = lost.map(|layer| layer.mount_point.clone()).collect();
    Ok((planner.plan.tree, lost))
}

impl<'a> Planner<'a> {
    fn new(store: &'a Store, session: &'a str, mounts: Vec<Mount>, old: Vec<Layer>, is_view: bool) -> Self {
        let rooms = Rooms::new(store, &mounts);
        let (plan, copies_left) = (Plan::default(), COPIES_LIMIT);
        Self { store, session, mounts, rooms, old, plan, is_view, copies_left }
    }
}

impl Planner<'_> {
    fn cover(&mut self, needed: &[HostPath]) -> Result<()> {
        match self.store.mode() {
            Mode::System => self.cover_mounts(),
            Mode::User => user_tree::cover(self, needed),
        }
    }

    /// One part for each mount of the host.
    fn cover_mounts(&mut self) -> Result<()> {
        for mount in self.mounts.clone() {
            // Whatever lies below a hidden place is hidden with it.
            if !self.plan.tree.hidden.iter().any(|hidden| mount.point.is_within(hidden)) {
                self.cover_mount(&mount)?;
            }
        }
        Ok(())
    }

    /// Adds the part for a whole mount.
    pub(super) fn cover_mount(&mut self, mount: &Mount) -> Result<()> {
        let kind = mount.kind();
        let point = mount.point.clone();
        match kind {
            Kind::Kernel => {}
            Kind::Disk if mount.flags.read_only => self.add(point, What::ReadOnly(kind), mount.flags),
            Kind::Disk => self.add_layered(point, mount)?,
            Kind::Foreign | Kind::Plain => {
                if !mount.flags.read_only {
                    self.limit(&point, LimitCause::UnlayeredKind { kind: mount.fs_type.clone() });
                }
                self.add(point, What::ReadOnly(kind), mount.flags);
            }
            Kind::File => self.add_file(point, mount.flags),
        }
        Ok(())
    }

    /// Adds a file of the host that has a mount of its own or lies in a directory that is not layered.
    pub(super) fn add_file(&mut self, point: HostPath, flags: Flags) {
        let is_file = std::fs::symlink_metadata(point.as_path()).is_ok_and(|meta| meta.is_file());
        if is_file {
            if rustix::fs::access(point.as_path(), Access::WRITE_OK).is_ok() {
                self.limit(&point, LimitCause::FileAlone);
            }
            self.add(point, What::File, flags);
        }
    }

    /// Tells whether a file is small enough to be copied for a mirror, and counts it.
    pub(super) fn can_copy(&mut self, file: &HostPath) -> bool {
        let size = rustix::fs::lstat(file.as_path()).ok().and_then(|stat| u64::try_from(stat.st_size).ok());
        let readable = rustix::fs::access(file.as_path(), Access::READ_OK).is_ok();
        let Some(size) = size.filter(|size| readable && *size <= COPY_LIMIT && *size <= self.copies_left)
        else {
            return false;
        };
        self.copies_left -= size;
        true
    }

    /// Adds a directory with a layer: the session's old one for this place, or a new one.
    pub(super) fn add_layered(&mut self, point: HostPath, mount: &Mount) -> Result<()> {
        let old = self.old.iter().position(|layer| layer.mount_point == point);
        let layer = match old.map(|place| self.old.swap_remove(place)) {
            Some(layer) if !is_over(&layer, mount) => {
                self.limit(&point, LimitCause::OtherDisk);
                self.old.push(layer);
                self.add(point, What::ReadOnly(mount.kind()), mount.flags);
                return Ok(());
            }
            Some(layer) => {
                // Whoever only looks mounts nothing of the session's.
                let mounted = if self.is_view { layer.mounted } else { rooms::time_of(&layer) };
                Layer { mounted, untouched: false, device: mount.device, ..layer }
            }
            None if self.is_view => {
                self.add(point, What::ReadOnly(mount.kind()), mount.flags);
                return Ok(());
            }
            None => {
                let (room, index) = (self.rooms.of(mount), self.next_index());
                let made = self.rooms.make_layer(self.session, index, point.clone(), mount.device, &room);
                match made {
                    // Unmounted since the list was made, and the place went with it.
                    Err(_) if is_gone(&point) => return Ok(()),
                    made => made?,
                }
            }
        };
        let dir = layer.upper.parent().and_then(|dir| HostPath::new(dir.as_os_str().as_bytes()));
        let dir = dir.ok_or_else(|| SeeError::internal("A layer has no absolute path."))?;
        self.plan.layers.push(layer);
        self.add(point, What::Layered(dir), mount.flags);
        Ok(())
    }

    fn next_index(&self) -> u32 {
        self.plan.layers.iter().chain(&self.old).map(|layer| layer.index + 1).max().unwrap_or(0)
    }

    pub(super) fn add(&mut self, point: HostPath, what: What, flags: Flags) {
        self.plan.tree.shows_own_files |= bare::is_own(&point, &what);
        self.plan.tree.parts.push(Part { point, what, flags, below: None });
    }

    pub(super) fn limit(&mut self, path: &HostPath, cause: LimitCause) {
        self.plan.limits.push(cause.at(path.display()));
    }

    /// Says which layers of a session that is entered again have no place any more; they stay reviewable.
    fn report_lost_layers(&mut self) {
        for layer in std::mem::take(&mut self.old) {
            if !self.plan.limits.iter().any(|limit| limit.path == layer.mount_point.display()) {
                self.limit(&layer.mount_point.clone(), LimitCause::DiskGone);
            }
            self.plan.layers.push(layer);
        }
    }

    fn hide(&mut self, secrets: Vec<HostPath>) {
        let own = [self.store.root().to_owned()].into_iter();
        let rooms = self
            .mounts
            .iter()
            .filter(|mount| mount.kind() == Kind::Disk)
            .map(|mount| self.rooms.place(mount));
        let others = match self.store.mode() {
            Mode::System => stores_of_all().chain(rooms::all(&self.mounts)).collect(),
            // What others have is closed to an ordinary user.
            Mode::User => Vec::new(),
        };
        let held = own.chain(rooms).chain(others);
        let held = held.filter(|place| place.symlink_metadata().is_ok_and(|meta| meta.is_dir()));
        let held = held.filter_map(|place| HostPath::new(place.as_os_str().as_bytes()));
        let hidden: BTreeSet<HostPath> = held.chain(secrets).collect();
        self.plan.tree.hidden = outermost(hidden);
    }

    /// Takes care of what must not be seen once the host makes it, or says that nothing can be done.
    fn keep_unmade(&mut self, unmade: Vec<HostPath>) {
        for path in unmade {
            let parts = self.plan.tree.parts.iter().filter(|part| path.is_within(&part.point));
            let part = parts.max_by_key(|part| part.point.as_bytes().len());
            let is_seen = match part.map(|part| (&part.what, &part.point, part.flags)) {
                Some((What::Layered(_), point, _))
                    if self.store.mode() == Mode::System || is_ours(point, &path) =>
                {
                    self.plan.tree.unmade.push(path);
                    continue;
                }
                Some((What::Layered(_), ..)) => true,
                Some((What::ReadOnly(_), _, flags)) => !flags.read_only,
                // A directory of the SEE's own shows nothing that is made later.
                _ => false,
            };
            if is_seen {
                self.limit(&path, LimitCause::SeenLater);
            }
        }
    }

    /// Notes with each layer what a mask keeps out of sight in it; what one did when it was mounted before stays noted.
    fn note_masks(&mut self) {
        let mode = self.store.mode();
        for layer in &mut self.plan.layers {
            let masked = masks::masked(&self.plan.tree, &layer.mount_point, mode == Mode::System);
            let known: BTreeSet<HostPath> = layer.masked.drain(..).chain(masked.all().cloned()).collect();
            layer.masked.extend(known);
        }
    }

    /// Returns the mount that a path lies on.
    pub(super) fn mount_of(&self, path: &HostPath) -> Result<Mount> {
        covering(&self.mounts, path).cloned().ok_or_else(|| {
            SeeError::new(
                ErrorCode::CannotIsolate,
                format!("No mount covers {}.", path.display()),
                "Look at /proc/self/mountinfo.",
            )
        })
    }
}
