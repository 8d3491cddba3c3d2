//! What a file is to hold when neither the host's version nor the session's is wanted alone. Plain data; who decides
//! what it is knows nothing of how a commit brings it to the host.

use std::ops::Range;

use crate::path::HostPath;

use super::stat::Stat;

/// A stretch of a merged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the host's version.
    Host(Range<u64>),
    /// These bytes of the session's version.
    Session(Range<u64>),
    /// Neither: these bytes.
    Bytes(Vec<u8>),
}

/// A file and what it is to hold. Mode, owner and extended attributes stay the host's.
///
/// The commit fails with `conflicts` when the host's file is not as it was looked at: so look first, then read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The change's path. A plain file of one name, that the host has there as well.
    pub path: HostPath,
    /// How the host's file stood before its content was read.
    pub host: Stat,
    /// The content, from the beginning to the end.
    pub pieces: Vec<Piece>,
}
