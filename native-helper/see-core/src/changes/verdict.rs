//! What there is to say of one name of one directory: plain data that `judge.rs` finds and `model.rs` keeps.

use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use see_sys::handle::FileHandle;

use super::found::{Found, UpperState};
use super::stamp::Version;
use crate::beneath::Facts;
use crate::change::{Change, ChangeKind, FileType};
use crate::layer::{Layer, MarkSpace};
use crate::path::HostPath;
use crate::timestamp::Timestamp;

/// How an upper directory sits on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The host directory whose entries shine through.
    pub base: Option<HostPath>,
    /// Host directories that were at this place and whose entries are lost, as far as the SEE has none of the same
    /// name. Without a base, entries are compared with those of the first.
    pub lost: Vec<HostPath>,
    /// Whether files marked as whiteouts are whiteouts here.
    pub marked_whiteouts: bool,
    /// Inode of the upper directory.
    pub ino: u64,
}

/// A directory of a layer, open.
pub struct OpenDir {
    /// Index of the layer.
    pub layer: u32,
    /// Its path in the SEE.
    pub view: HostPath,
    /// Its path in the layer.
    pub relative: PathBuf,
    /// How it sits on the host.
    pub seat: Seat,
    /// The upper directory; `None` when it is gone or not for us to read.
    pub upper: Option<OwnedFd>,
    /// The base, for look-ups.
    pub base: Option<OwnedFd>,
    /// The lost directories.
    pub lost: Vec<Option<OwnedFd>>,
}

/// When a row is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Always.
    Always,
    /// When the host's object that it covers turns out to live on elsewhere.
    IfCoveredMoved,
    /// When anything below it is told.
    IfBelow,
}

/// A row as one name alone tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The change; shared with who tells it.
    pub found: Arc<Found>,
    /// When it is told.
    pub telling: Telling,
    /// The host's object (no directory) that is not in this place any more.
    pub covers: Option<Box<HostPath>>,
}

/// A host object, no directory, that is not in its place in the SEE any more: it may have moved.
#[derive(Clone, Debug)]
pub struct Displaced {
    /// Where on the host.
    pub host: HostPath,
    /// Its inode number.
    pub ino: u64,
    /// What a copy of it would keep, where only that tells what became of it.
    pub look: Option<Look>,
}

impl Displaced {
    /// Returns the host's object at this place, which has these facts.
    pub fn new(layer: &Layer, host: HostPath, facts: &Facts) -> Self {
        Self { host, ino: facts.ino, look: Look::of(layer, facts) }
    }
}

/// What a file or symlink keeps when it is copied in order to be moved: type, size, and to the nanosecond the time of its
/// last write. Where overlayfs notes no origin (user mode) this leads from an object to the one that it was; whether it
/// really is that one, its content must tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Look {
    kind: FileType,
    size: u64,
    written: Timestamp,
}

impl Look {
    /// Returns the look of an object of this layer, or of the host beneath it; `None` where handles tell more.
    pub fn of(layer: &Layer, facts: &Facts) -> Option<Self> {
        let kind = facts.file_type();
        let counts = layer.marks == MarkSpace::User && matches!(kind, FileType::File | FileType::Symlink);
        counts.then_some(Self { kind, size: facts.size, written: facts.mtime })
    }
}

/// An object of a layer that looks like a copy.
#[derive(Clone, Copy, Debug)]
pub struct Copy {
    /// What it would have kept.
    pub look: Look,
    /// Whether overlayfs says that it is one, though not of what.
    pub is_certain: bool,
}

/// A host directory whose entries are (in part) lost.
#[derive(Clone, Debug)]
pub struct LostTree {
    /// Where on the host.
    pub host: HostPath,
    /// Where the SEE would show it.
    pub view: HostPath,
    /// The host directory that the SEE shows there instead.
    pub against: Option<HostPath>,
    /// Whether the directory itself is told as deleted.
    pub with_itself: bool,
}

/// One name of an upper inode that may be linked or moved.
#[derive(Clone, Debug)]
pub struct Name {
    /// Number of the upper inode.
    pub ino: u64,
    /// Whether the host has the original at the same place.
    pub anchor: Option<HostPath>,
    /// Number of the host's inode there, when nothing proves that it is the original: of the names of one upper inode
    /// at different ones of the host, only one can be right.
    pub doubt: Option<u64>,
    /// Handle of the host's original.
    pub origin: Option<FileHandle>,
    /// Path of the host's original, when overlayfs noted it.
    pub source: Option<HostPath>,
    /// Set when it may be a copy of an original that nothing names.
    pub copy: Option<Copy>,
}

/// What there is to say of one name.
#[derive(Default)]
pub struct Verdict {
    /// The row of the name itself.
    pub row: Option<Row>,
    /// It is a directory of the layer, to be looked into.
    pub sub: Option<Seat>,
    /// Where on the host that directory came from, when it was moved.
    pub moved_from: Option<HostPath>,
    /// Host objects that are not in their places any more.
    pub displaced: Vec<Displaced>,
    /// Host directories to be gone through.
    pub trees: Vec<LostTree>,
    /// Its inode, when other names may have to do with it.
    pub name: Option<Name>,
    /// Host directories of which the verdict depends on whether they were moved.
    pub asked: Vec<HostPath>,
}

impl Verdict {
    /// Tells whether it has to do with other names.
    pub fn is_special(&self) -> bool {
        !self.displaced.is_empty()
            || !self.trees.is_empty()
            || self.name.is_some()
            || self.moved_from.is_some()
            || !self.asked.is_empty()
    }
}

/// Returns the row of a lost host object.
pub fn deleted(layer: u32, view: HostPath, place: HostPath, host: &Facts) -> Row {
    let change = Change {
        path: view,
        kind: ChangeKind::Deleted,
        aspects: Vec::new(),
        file_type: host.file_type(),
        from: None,
        size: 0,
        size_before: Some(host.shown_size()),
        mode: host.permissions(),
        uid: host.uid,
        gid: host.gid,
        privileged: false,
        program: None,
    };
    let covers = (host.file_type() != FileType::Directory).then(|| Box::new(place.clone()));
    let (state, lower) = (UpperState::Absent, Some(place));
    let version = Version::of(None, Some(host));
    let found = Found { change, layer, state, upper: None, lower, is_linked: false, version };
    Row { found: Arc::new(found), telling: Telling::Always, covers }
}
