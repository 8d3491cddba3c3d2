//! A layer: the private copy-on-write store for one mounted file system of the host. Plain data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::path::HostPath;
use crate::timestamp::Timestamp;

/// Which extended-attribute name space overlayfs keeps its marks in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkSpace {
    /// `trusted.overlay.*`, system mode.
    Trusted,
    /// `user.overlay.*`, user mode.
    User,
}

impl MarkSpace {
    /// Returns the prefix of every mark, with its final dot.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Trusted => "trusted.overlay.",
            Self::User => "user.overlay.",
        }
    }
}

/// Holds what the SEE wrote below one mount point (or, in user mode, one directory tree).
///
/// Invariant: while a SEE has the layer mounted, nobody writes to `upper` or `work` but the kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Position in the session's list.
    pub index: u32,
    /// The host directory that it covers. What lies below a nested layer's mount point is not this layer's.
    pub mount_point: HostPath,
    /// Upper directory, on the host.
    pub upper: PathBuf,
    /// Work directory, on the same file system.
    pub work: PathBuf,
    /// The private directory on that file system that holds the layer: `<room>/layers/<session>/<index>`, and the
    /// backups of commits: `<room>/commits/<commit>`. Hidden inside every SEE.
    pub room: PathBuf,
    /// Device number of the covered file system.
    pub device: u64,
    /// Whether `rename` works between `upper` and what lies below `mount_point` (same mount).
    pub same_mount: bool,
    /// Name space of the overlay marks in `upper`.
    pub marks: MarkSpace,
    /// When the session began, by the clock of the covered file system (of a probe file in the layer when on the
    /// same file system; else of the system).
    pub began: Timestamp,
    /// Whether nothing was in it when the session came to rest, as its supervisor saw: should it go with its file system,
    /// nothing is lost.
    pub untouched: bool,
}

impl Layer {
    /// Looks whether nothing is in it, and its root is as what it covers. What cannot be looked at counts as touched.
    pub fn is_empty(&self) -> bool {
        let is_same = || {
            let (ours, theirs) =
                (rustix::fs::lstat(&self.upper).ok()?, rustix::fs::lstat(self.mount_point.as_path()).ok()?);
            Some((ours.st_mode, ours.st_uid, ours.st_gid) == (theirs.st_mode, theirs.st_uid, theirs.st_gid))
        };
        let has_entries = std::fs::read_dir(&self.upper).map_or(true, |mut entries| entries.next().is_some());
        !has_entries && is_same().unwrap_or(false)
    }
}
