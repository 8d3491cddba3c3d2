//! Builds a SEE's file tree in a mount name space of its own and makes it the root. Runs in the process that becomes
//! the SEE's init, before anything hostile; afterwards nothing of the host's tree is reachable.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode as Bits, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, UnmountFlags};
use see_sys::mount_attributes as attributes;

use crate::cause::{Limit, LimitCause};
use crate::error::{ErrorCode, Result, SeeError};
use crate::mounts::Kind;
use crate::path::HostPath;

use super::covers::{make_nothing, socket_of};
use super::filesystems::{Setting, attach, carried, copy_of_host, failed, make, overlay, place, set_flags};
use super::kernel_places;
use super::masks;
use super::mirror;
use super::namespaces::SHIFT;
use super::plan::{Part, Tree, What};
use super::view::scratch;

/// Settings of every overlay with a layer.
const SHARED: [Setting<'static>; 1] = [Setting::Value("index", "off")];
/// How inode numbers of several file systems are kept apart: as far as they leave room for it.
const AUTOMATIC: Setting<'static> = Setting::Value("xino", "auto");
/// Settings with which renaming a directory or changing a mode copies nothing; an ordinary user does not get them.
const MOVABLE: [Setting<'static>; 2] =
    [Setting::Value("redirect_dir", "on"), Setting::Value("metacopy", "on")];

/// How ids on disk become ids inside.
#[derive(Clone, Copy, Debug)]
pub enum Ids<'a> {
    /// Through id-mapped mounts: the user name space that holds the map.
    Shifted(BorrowedFd<'a>),
    /// As they are, seen by a root that is the host's root, stripped of its capabilities.
    Identity,
    /// As they are, seen by one ordinary user.
    Own,
}

impl<'a> Ids<'a> {
    pub(super) fn map(self) -> Option<BorrowedFd<'a>> {
        match self {
            Ids::Shifted(map) => Some(map),
            Ids::Identity | Ids::Own => None,
        }
    }
}

/// Builds the tree and enters it. `workshop` is a directory of the host that is covered by a private mount meanwhile.
/// Returns what the SEE cannot change because the kernel refused a layer there.
pub fn enter(tree: &Tree, workshop: &HostPath, ids: Ids<'_>) -> Result<Vec<Limit>> {
    rustix::mount::mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).map_err(
        |e| match (ids, e) {
            // The name space was made and its rights were taken away: some distributions do that.
            (Ids::Own, Errno::PERM | Errno::ACCESS) => crate::doctor::refused(e),
            _ => failed("making private the mounts below", &HostPath::root(), e),
        },
    )?;
    // It lies in the workshop.
    let screen =
        tree.screen.as_ref().map(|screen| socket_of(screen).map(|socket| (screen, socket))).transpose()?;
    let mut builder = Builder::begin(tree, workshop, ids)?;
    for part in tree.parts.iter().skip(1) {
        builder.prepare(part)?;
    }
    let mut limits = Vec::new();
    for part in tree.parts.iter().skip(1) {
        limits.extend(builder.put(part)?);
    }
    kernel_places::mount(builder.root.as_fd(), ids, &tree.devices)?;
    for hidden in &tree.hidden {
        builder.hide(hidden)?;
    }
    if let Some(resolver) = &tree.resolver {
        builder.put_resolver(resolver)?;
    }
    if let Some((screen, socket)) = screen {
        builder.show(screen, &socket)?;
    }
    if matches!(tree.parts.first(), Some(Part { what: What::Directory { .. }, .. })) {
        set_flags(builder.root.as_fd(), attributes::READ_ONLY, None)
            .map_err(|e| failed("protecting", &HostPath::root(), e))?;
    }
    become_root(builder.root.as_fd())?;
    Ok(limits)
}

/// Puts a tree together.
pub(super) struct Builder<'a> {
    pub(super) tree: &'a Tree,
    pub(super) ids: Ids<'a>,
    /// A private tmpfs for mounts that must be attached somewhere while an overlay is made of them.
    pub(super) scratch: OwnedFd,
    /// An empty directory.
    empty: OwnedFd,
    /// A read-only file system of one empty directory and one empty file.
    pub(super) nothing: OwnedFd,
    pub(super) root: OwnedFd,
    /// How many mounts are attached in the scratch space.
    parked: Cell<u32>,
    /// Directories that are the SEE's own: what lies right in them has to be made first.
    pub(super) own: HashSet<HostPath>,
    /// Those of them that get a layer, open from before anything is attached.
    mirrors: HashMap<HostPath, OwnedFd>,
}

impl<'a> Builder<'a> {
    fn begin(tree: &'a Tree, workshop: &HostPath, ids: Ids<'a>) -> Result<Self> {
        let first = tree.parts.first().filter(|part| part.point == HostPath::root());
        let first = first.ok_or_else(|| SeeError::internal("A tree without a root."))?;
        let scratch = tmpfs("mode=0700", 0)?;
        let covered = rustix::fs::openat(CWD, workshop.as_path(), path_flags(), Bits::empty())
            .map_err(|e| failed("opening", workshop, e))?;
        attach(scratch.as_fd(), covered.as_fd()).map_err(|e| failed("covering", workshop, e))?;
        let empty = make_dir(scratch.as_fd(), "empty")?;
        let nothing = make_nothing(scratch.as_fd()).map_err(|e| failed("preparing", workshop, e))?;

        let own =
            tree.parts.iter().filter(|part| matches!(part.what, What::Directory { .. } | What::Mirrored(_)));
        let own: HashSet<HostPath> = own.map(Part::place).collect();
        let mut builder = Self {
            tree,
            ids,
            empty,
            nothing,
            root: scratch.try_clone().map_err(out_of_fds)?,
            own,
            mirrors: HashMap::new(),
            parked: Cell::new(0),
            scratch,
        };
        let root = match &first.what {
            What::Layered(layer) => builder.layered(first, layer)?,
            What::Directory { .. } => mirror::own_root()?,
            What::ReadOnly(kind) => builder.read_only(first, *kind)?,
            What::Mirrored(_) | What::File | What::Symlink(_) | What::Copy | What::Scratch => {
                return Err(SeeError::internal("A root that is no directory."));
            }
        };
        let place = make_dir(builder.scratch.as_fd(), "root")?;
        attach(root.as_fd(), place.as_fd()).map_err(|e| failed("attaching", &first.point, e))?;
        builder.root = root;
        if matches!(first.what, What::Directory { .. }) {
            for name in ["proc", "sys", "dev"] {
                rustix::fs::mkdirat(&builder.root, name, Bits::from_raw_mode(0o755))
                    .map_err(|e| failed("making", &HostPath::root().join(name.as_bytes()), e))?;
            }
        }
        Ok(builder)
    }

    /// Makes the place of a part that lies right in a directory of the SEE's own.
    fn prepare(&mut self, part: &Part) -> Result<()> {
        let at = part.place();
        if !at.parent().is_some_and(|parent| self.own.contains(&parent)) {
            return Ok(());
        }
        let made = self.make_place(part, &at).and_then(|()| match &part.what {
            What::Mirrored(_) => place(self.root.as_fd(), &at).map(Some),
            _ => Ok(None),
        });
        match made {
            Ok(mirror) => {
                self.mirrors.extend(mirror.map(|mirror| (at, mirror)));
                Ok(())
            }
            Err(e) => Err(failed("making", &part.point, e)),
        }
    }

    /// Puts one part in place. Returns a limit when that worked only read-only.
    fn put(&self, part: &Part) -> Result<Option<Limit>> {
        let mut limit = None;
        let fail = |doing: &'static str| move |e: Errno| failed(doing, &part.point, e);
        let mount = match &part.what {
            What::Directory { .. } | What::Symlink(_) | What::Copy => return Ok(None),
            What::Scratch => scratch()?,
            What::Mirrored(layer) => self.mirrored(part, layer)?,
            What::Layered(layer) if part.below.is_some() => self.viewed(part, layer)?,
            What::Layered(layer) => match self.layered(part, layer) {
                Ok(mount) => mount,
                Err(error) if error.code == ErrorCode::DiskFull => return Err(error),
                // Unmounted or removed since the plan was made.
                Err(_) if is_gone(&part.point) => return Ok(None),
                Err(error) => {
                    let cause = match self.is_mapped(part) {
                        true => LimitCause::NoLayer { error },
                        false => LimitCause::Unmapped,
                    };
                    limit = Some(cause.at(part.point.display()));
                    self.read_only(part, Kind::Disk)?
                }
            },
            What::ReadOnly(_) | What::File => {
                let shown = match &part.what {
                    What::ReadOnly(kind) => self.read_only(part, *kind),
                    _ => self.copied(part),
                };
                match shown {
                    Ok(mount) => mount,
                    Err(_) if is_gone(&part.point) => return Ok(None),
                    Err(error) => return Err(error),
                }
            }
        };
        let target = match place(self.root.as_fd(), &part.place()) {
            Ok(target) => target,
            // The session moved or removed the place when it ran before. Its layer stays as it is.
            Err(Errno::NOENT | Errno::LOOP | Errno::NOTDIR) => return Ok(None),
            Err(e) => return Err(fail("finding")(e)),
        };
        attach(mount.as_fd(), target.as_fd()).map_err(fail("attaching"))?;
        Ok(limit)
    }

    /// Makes the directory entry for a part in a directory of the SEE's own.
    fn make_place(&self, part: &Part, at: &HostPath) -> std::result::Result<(), Errno> {
        let parent = at.parent().unwrap_or_else(HostPath::root);
        let parent = place(self.root.as_fd(), &parent)?;
        let name = at.name();
        match &part.what {
            What::Symlink(target) => rustix::fs::symlinkat(target.as_slice(), &parent, name),
            What::File => {
                let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
                rustix::fs::openat(&parent, name, flags, Bits::from_raw_mode(0o444)).map(drop)
            }
            What::Directory { mode } => {
                rustix::fs::mkdirat(&parent, name, Bits::RWXU)?;
                // The parts inside a directory that the user cannot search do not exist, so its mode can be final.
                rustix::fs::chmodat(&parent, name, Bits::from_raw_mode(*mode), AtFlags::empty())
            }
            What::Copy => mirror::copy_file(&part.point, parent.as_fd()),
            What::Mirrored(_) | What::Layered(_) | What::ReadOnly(_) | What::Scratch => {
                rustix::fs::mkdirat(&parent, name, Bits::RWXU)
            }
        }
    }

    /// The host's directory with a layer on top.
    fn layered(&self, part: &Part, layer: &HostPath) -> Result<OwnedFd> {
        let Some(map) = self.ids.map() else {
            let lower = rustix::fs::openat(CWD, part.point.as_path(), path_flags(), Bits::empty())
                .map_err(|e| failed("opening", &part.point, e))?;
            return self.on_top(part, lower.as_fd(), layer);
        };
        let lower = self.parked(copy_of_host(&part.point, Some(map), attributes::READ_ONLY)?, &part.point)?;
        let upper = self.parked(copy_of_host(layer, Some(map), 0)?, layer)?;
        self.masked(part, Some(SHIFT.0), lower.as_fd(), upper.as_fd())
    }

    /// A layer on top of a directory, ids as they are.
    fn on_top(&self, part: &Part, lower: BorrowedFd<'_>, layer: &HostPath) -> Result<OwnedFd> {
        let upper = rustix::fs::openat(CWD, layer.as_path(), path_flags(), Bits::empty())
            .map_err(|e| failed("opening", layer, e))?;
        let shift = if matches!(self.ids, Ids::Own) { None } else { Some(0) };
        self.masked(part, shift, lower, upper.as_fd())
    }

    /// A layer on top of a directory, with a mask between them when something in it is hidden.
    fn masked(
        &self,
        part: &Part,
        shift: Option<u32>,
        lower: BorrowedFd<'_>,
        upper: BorrowedFd<'_>,
    ) -> Result<OwnedFd> {
        let mask = match masks::of(self.tree, &part.point, shift)? {
            Some(mask) => Some(self.parked(mask, &part.point)?),
            None => None,
        };
        let lowers: Vec<_> = mask.iter().map(AsFd::as_fd).chain([lower]).collect();
        // Without a word, two kinds of file system below would get device numbers of their own.
        let numbers = if mask.is_some() { Setting::Value("xino", "on") } else { AUTOMATIC };
        let rights = if shift.is_some() { &MOVABLE[..] } else { &[Setting::Flag("userxattr")] };
        let settings = [&SHARED[..], rights, &[numbers]].concat();
        overlay(&lowers, Some(upper), &settings, carried(part.flags))
    }

    /// A directory of the SEE's own with a layer on top.
    fn mirrored(&self, part: &Part, layer: &HostPath) -> Result<OwnedFd> {
        let mirror = self.mirrors.get(&part.place());
        let mirror = mirror.ok_or_else(|| SeeError::internal("A mirror in a directory of the host."))?;
        if part.below.is_some() {
            return self.seen_on_top(part, mirror.as_fd(), layer);
        }
        self.on_top(part, mirror.as_fd(), layer)
    }

    /// The host's directory, read-only. An overlay without a layer: its sockets and pipes are not the host's.
    pub(super) fn read_only(&self, part: &Part, kind: Kind) -> Result<OwnedFd> {
        let flags = carried(part.flags) | attributes::READ_ONLY;
        if kind == Kind::Plain {
            return self.copied(part);
        }
        let lower = match copy_of_host(&part.point, self.ids.map(), attributes::READ_ONLY) {
            Ok(lower) => lower,
            // Ids that cannot be mapped all look like nobody's; what everybody may read can still be read.
            Err(_) => copy_of_host(&part.point, None, attributes::READ_ONLY)?,
        };
        let lower = self.parked(lower, &part.point)?;
        let settings: &[Setting<'_>] = match self.ids {
            Ids::Own => &[Setting::Flag("userxattr")],
            _ => &[],
        };
        overlay(&[lower.as_fd(), self.empty.as_fd()], None, settings, flags)
            // A file system that no overlay can be made of: its sockets would be the host's, so nothing of it is shown.
            .or_else(|_| self.cover(FileType::Directory).map_err(|e| failed("hiding", &part.point, e)))
    }

    /// Tells whether ids can be shown as this SEE has them.
    fn is_mapped(&self, part: &Part) -> bool {
        self.ids.map().is_none_or(|map| copy_of_host(&part.point, Some(map), 0).is_ok())
    }

    /// The host's mount itself, read-only.
    fn copied(&self, part: &Part) -> Result<OwnedFd> {
        let flags = carried(part.flags) | attributes::READ_ONLY | attributes::NO_SUID;
        copy_of_host(&part.point, self.ids.map(), flags).or_else(|_| copy_of_host(&part.point, None, flags))
    }

    /// Attaches a mount in the scratch space: kernels before 6.15 take no layers that are attached nowhere.
    pub(super) fn parked(&self, mount: OwnedFd, what: &HostPath) -> Result<OwnedFd> {
        self.parked.set(self.parked.get() + 1);
        let place = make_dir(self.scratch.as_fd(), &self.parked.get().to_string())?;
        attach(mount.as_fd(), place.as_fd()).map_err(|e| failed("attaching", what, e))?;
        Ok(mount)
    }
}

fn is_gone(path: &HostPath) -> bool {
    rustix::fs::lstat(path.as_path()).is_err()
}

/// Makes `root` the root directory and lets go of the old one, with everything that was attached below it.
fn become_root(root: BorrowedFd<'_>) -> Result<()> {
    let fail = |e| failed("entering", &HostPath::root(), e);
    rustix::process::fchdir(root).map_err(fail)?;
    rustix::process::pivot_root(".", ".").map_err(fail)?;
    rustix::mount::unmount(".", UnmountFlags::DETACH).map_err(fail)?;
    rustix::process::chdir("/").map_err(fail)
}

/// Makes a small memory file system; `mode` is its root's.
fn tmpfs(mode: &str, flags: u64) -> Result<OwnedFd> {
    let (name, value) = mode.split_once('=').unwrap_or(("mode", mode));
    make("tmpfs", &[Setting::Value(name, value), Setting::Value("size", "1m")], flags)
}

fn make_dir(parent: BorrowedFd<'_>, name: &str) -> Result<OwnedFd> {
    make_dir_at(parent, name).map_err(|e| failed("preparing", &HostPath::root().join(name.as_bytes()), e))
}

/// Makes a directory for the SEE's user alone and opens it.
pub(super) fn make_dir_at(parent: BorrowedFd<'_>, name: &str) -> std::result::Result<OwnedFd, Errno> {
    rustix::fs::mkdirat(parent, name, Bits::RWXU)?;
    rustix::fs::openat(parent, name, path_flags(), Bits::empty())
}

pub(super) fn path_flags() -> OFlags {
    OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn out_of_fds(error: std::io::Error) -> Box<SeeError> {
    SeeError::internal(format!("A descriptor could not be copied: {error}."))
}
