//! Why a session is limited or stands as it does: what exactly, with its facts. Presenters say it in words of their own
//! (`protocol/src/cause.ts`).

use serde::{Deserialize, Serialize};

use crate::error::SeeError;
use crate::policy::Device;

/// Something that programs inside cannot do, though their user could natively.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Where, escaped for display.
    pub path: String,
    /// Why.
    pub cause: LimitCause,
}

/// Why a place is limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum LimitCause {
    /// A file system of a kind that takes no layer: read-only.
    UnlayeredKind {
        /// Its kind.
        kind: String,
    },
    /// A file that is a mount of its own, or lies beside mounts: read-only.
    FileAlone,
    /// Another file system is there than when the session began: read-only.
    OtherDisk,
    /// The file system of a layer is not mounted now; the layer is kept.
    DiskGone,
    /// What the host makes there later can be read inside.
    SeenLater,
    /// Mounts lie below it: directories right in it can be neither renamed nor removed.
    MountsBelow,
    /// The kernel refused a layer: read-only.
    NoLayer {
        /// What it said.
        error: Box<SeeError>,
    },
    /// Ids cannot be shifted there: read-only, and nobody's.
    Unmapped,
    /// Ids cannot be shifted, because of what is mounted there: root inside has the number of the host's.
    UnshiftedRoot,
    /// It is of another group than the user's first one: nothing can be made or changed there.
    OtherGroup,
    /// Less is free there than was to stay free.
    LittleRoom,
    /// The machine has no device of this kind now.
    NoDevice {
        /// Which.
        device: Device,
    },
    /// The session goes on without its display, or its clipboard.
    NoDisplay {
        /// What they failed with.
        error: Box<SeeError>,
    },
    /// The clipboard is shared no longer, though nobody asked for that.
    ClipboardEnded,
    /// The network is off, though nobody asked for that.
    NetworkOff {
        /// What it failed with.
        error: Box<SeeError>,
    },
    /// The record may lack what left by the network.
    RecordLacks {
        /// What the look at it failed with.
        error: Box<SeeError>,
    },
    /// What a version before this one said, in its words.
    Said {
        /// A part of a sentence.
        why: String,
    },
}

impl LimitCause {
    /// Returns the limit that it is for a place.
    pub fn at(self, path: impl Into<String>) -> Limit {
        Limit { path: path.into(), cause: self }
    }
}

/// How versions before began to say that what a session wrote could not be removed.
const NOT_REMOVED: &str = "what it wrote could not be removed: ";

/// Why a session ended, or stands, as it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum SessionCause {
    /// It could not be made, or not be led to its end.
    Failed {
        /// What it failed with.
        error: Box<SeeError>,
    },
    /// At a limit of disk space nothing held its programs, so they were ended.
    Overrun,
    /// It was asked to stop, and killed because it did not.
    Unheeded,
    /// Its supervisor was killed before it was ready.
    KilledEarly,
    /// Its supervisor was killed, and its programs with it.
    Killed,
    /// It is over, and what it wrote could not be removed; that is tried again at the next start.
    NotRemoved {
        /// What the removal failed with.
        error: Box<SeeError>,
    },
    /// A commit of it, or the undo of one, was cut off and waits.
    CommitWaits {
        /// Which.
        commit: String,
        /// What it failed with.
        error: Box<SeeError>,
    },
    /// What a version before this one said, in its words.
    Said {
        /// A part of a sentence.
        why: String,
    },
}

impl SessionCause {
    /// Tells whether it is that what the session wrote could not be removed.
    pub fn is_not_removed(&self) -> bool {
        match self {
            Self::NotRemoved { .. } => true,
            Self::Said { why } => why.starts_with(NOT_REMOVED),
            _ => false,
        }
    }
}
