//! Files that both the host and the session changed, made one: what both appended is joined, other text is merged line
//! by line from the base that both began with. Only looks; a commit brings the result to the host.

pub mod bases;
mod file;
mod preview;
mod settle;
#[cfg(test)]
mod tests;
pub mod three_way;

use serde::{Deserialize, Serialize};

use crate::path::HostPath;

pub use preview::{Preview, preview};
pub(crate) use settle::{Settled, carry_out, settle};

/// How a file can be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Both only appended: the host's file, then what the session added.
    Append,
    /// The changes are in different places.
    Clean,
    /// Both changed the same lines: a person has to say what they become.
    ByHand,
}

/// A text that a person made of both versions, or of what a merge proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// The path of the change.
    pub path: HostPath,
    /// Which state of the host's file the person looked at: [`Preview::stamp`].
    pub stamp: String,
    /// What the file is to hold.
    pub content: String,
}

/// Tells whether bytes are text as far as merging goes: lines of something that is not binary.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    !bytes.contains(&0)
}
