//! What a name of the SEE turned out to be, and which object of the host shines through it. Plain data; looks nothing up.

use crate::path::HostPath;
use crate::read_set::entry::Object;

/// What a name in a directory of the SEE is. `host` is the object of the host that a program gets to see; `None` when
/// it sees the SEE's own work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A directory.
    Directory {
        /// The host's, whose names shine through.
        host: Option<(HostPath, Object)>,
    },
    /// A symlink.
    Symlink {
        /// Where to.
        target: Vec<u8>,
        /// The host's.
        host: Option<(HostPath, Object)>,
    },
    /// Anything else.
    Other {
        /// The host's, whose content shines through.
        host: Option<(HostPath, Object)>,
    },
    /// Nothing.
    Absent {
        /// Where the host has nothing either; `None` when the SEE has taken it away.
        host: Option<HostPath>,
    },
    /// Something that is no file of the host.
    Private,
    /// Cannot be told.
    Unknown,
}
