//! What a scan stands on: for each layer its upper directory and the host beneath its mount point, and the paths
//! that belong to nobody or to another layer.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::io::{Errno, Result};

use super::compare::Memory;
use super::doings::Doings;
use crate::beneath::{Facts, Root, facts_of};
use crate::error::{ErrorCode, SeeError};
use crate::layer::Layer;
use crate::own_files::facts_at;
use crate::path::{HostPath, PathRef};
use crate::session::Session;

/// A layer with both of its sides open.
pub struct Source {
    /// The layer.
    pub layer: Layer,
    /// What the SEE wrote.
    pub upper: Root,
    /// The host's side; `None` when the mount point is gone.
    host: Option<Root>,
}

impl Source {
    /// Opens a directory of the host for its entries; `None` when there is none that we may read.
    pub fn host_dir(&self, path: &HostPath) -> Result<Option<OwnedFd>> {
        let (Some(root), Some(relative)) = (&self.host, self.relative(path)) else { return Ok(None) };
        absent_is_none(root.dir(relative))
    }

    /// Opens the host's directory that holds `path`, for look-ups.
    pub fn host_parent(&self, path: &HostPath) -> Result<Option<OwnedFd>> {
        match path.parent() {
            Some(parent) if parent.is_within(&self.layer.mount_point) => self.host_place(&parent),
            _ => Ok(None),
        }
    }

    /// Opens a directory of the host for look-ups; `None` when there is none.
    pub fn host_place(&self, path: &HostPath) -> Result<Option<OwnedFd>> {
        let (Some(root), Some(relative)) = (&self.host, self.relative(path)) else { return Ok(None) };
        absent_is_none(root.place(relative))
    }

    /// Returns the facts of an object of the host; `None` when there is none.
    pub fn host_facts(&self, path: &HostPath) -> Result<Option<Facts>> {
        self.host_place(path)?.map(|fd| facts_of(fd.as_fd())).transpose()
    }

    fn relative<'a>(&self, path: &'a HostPath) -> Option<&'a Path> {
        path.below(&self.layer.mount_point).map(|bytes| Path::new(std::ffi::OsStr::from_bytes(bytes)))
    }
}

/// All layers of a session, and what is not to be told.
pub struct Ground {
    /// The layers, as in `Session::layers`; `None` for one whose file system went away, with it or from under it.
    pub sources: Vec<Option<Source>>,
    /// Mount points whose file systems went away, where the session had changed something.
    pub astray: Vec<HostPath>,
    /// What comparisons found so far.
    pub memory: Memory,
    /// What the session's record tells; `None` without one.
    pub doings: Option<Doings>,
    mount_points: HashMap<HostPath, usize>,
    hidden: HashSet<HostPath>,
}

impl Ground {
    /// Opens both sides of every layer.
    pub fn open(session: &Session) -> crate::error::Result<Self> {
        let mut ground = Self {
            sources: Vec::new(),
            astray: Vec::new(),
            memory: Memory::default(),
            doings: None,
            mount_points: HashMap::new(),
            hidden: HashSet::new(),
        };
        // Nothing can be written there; should a way be found, a commit must not follow it.
        ground.hidden.extend(session.policy.hidden.iter().filter_map(PathRef::to_host_path));
        for (index, layer) in session.layers.iter().enumerate() {
            let upper = match Root::open(&layer.upper) {
                Ok(upper) => upper.as_owner(),
                Err(Errno::NOENT | Errno::NOTDIR) => {
                    ground.astray.extend((!layer.untouched).then(|| layer.mount_point.clone()));
                    ground.sources.push(None);
                    continue;
                }
                Err(errno) => {
                    return Err(SeeError::os("opening the layer", &host_path(&layer.upper), errno));
                }
            };
            let host = absent_is_none(Root::open_exact(&layer.mount_point).map(Root::as_owner))
                .map_err(|errno| SeeError::os("opening", &layer.mount_point, errno))?;
            if layer.is_astray(host.as_ref().map(Root::as_fd)) {
                let is_touched = !layer.untouched && !layer.is_empty();
                ground.astray.extend(is_touched.then(|| layer.mount_point.clone()));
                ground.sources.push(None);
                continue;
            }
            ground.mount_points.insert(layer.mount_point.clone(), index);
            ground.hidden.insert(host_path(&layer.room));
            ground.sources.push(Some(Source { layer: layer.clone(), upper, host }));
        }
        Ok(ground)
    }

    /// Returns the source with this index.
    pub fn source(&self, index: u32) -> crate::error::Result<&Source> {
        usize::try_from(index)
            .ok()
            .and_then(|index| self.sources.get(index))
            .and_then(Option::as_ref)
            .ok_or_else(|| SeeError::internal(format!("There is no layer {index}.")))
    }

    /// Tells whether it was not the session that made the attributes of a directory of the host differ from what a layer
    /// holds of it: the host has changed them, or the layer has them from a mask, which cannot have all of them.
    pub fn is_hosts_doing(&self, dir: &HostPath, host: &Facts) -> bool {
        host.is_dir() && self.doings.as_ref().is_some_and(|doings| doings.left_alone(dir))
    }

    /// Tells whether a path below layer `index` is not that layer's to tell: another layer's mount point, or a room.
    pub fn is_foreign(&self, index: u32, path: &HostPath) -> bool {
        self.hidden.contains(path)
            || self.mount_points.get(path).is_some_and(|other| u32::try_from(*other) != Ok(index))
    }
}

/// Returns the path as a host path; the root when it cannot be one (no layer has such a path).
fn host_path(path: &Path) -> HostPath {
    HostPath::new(path.as_os_str().as_bytes()).unwrap_or_else(HostPath::root)
}

/// Looks up an entry; `None` when it is not there.
pub fn look(dir: Option<BorrowedFd<'_>>, name: &[u8]) -> Result<Option<Facts>> {
    match dir {
        Some(dir) => absent_is_none(facts_at(dir, name)),
        None => Ok(None),
    }
}

/// Turns "not there", "not to be reached" and "not for you" into `None`: the SEE cannot reach it either.
pub fn absent_is_none<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(
            Errno::NOENT
            | Errno::NOTDIR
            | Errno::LOOP
            | Errno::XDEV
            | Errno::ACCESS
            | Errno::PERM
            | Errno::STALE
            | Errno::NAMETOOLONG,
        ) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// Returns a function that makes the error for a failed look at `path`.
pub fn reading(path: &HostPath) -> impl Fn(Errno) -> Box<SeeError> + '_ {
    |errno| SeeError::os("reading", path, errno)
}

/// Returns the error of a scan that met `errno` at `path`.
pub fn scan_error(path: &HostPath, errno: Errno) -> Box<SeeError> {
    if errno == Errno::CANCELED {
        let hint = "Nothing was changed; start it again when you like.";
        return SeeError::new(ErrorCode::Cancelled, "The work was cancelled.", hint);
    }
    SeeError::os("comparing", path, errno)
}
