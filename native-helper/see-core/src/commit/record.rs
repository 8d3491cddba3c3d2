//! What the store remembers of a commit. Plain data.

use crate::timestamp::Timestamp;

/// Where a commit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitState {
    /// Its journal is durable; the host may be partly changed. Only recovery may see this state.
    Applying,
    /// The host has all of it.
    Done,
    /// It failed and the host is as it was before.
    Reverted,
}

/// One commit (or undo, which is a commit too).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRecord {
    /// Unique, of lower-case letters and digits.
    pub id: String,
    /// The session whose changes it brought.
    pub session: String,
    /// When it began.
    pub time: Timestamp,
    /// The session's command, as bytes.
    pub command: Vec<Vec<u8>>,
    /// How many changes it applied.
    pub applied: u64,
    /// Where it stands.
    pub state: CommitState,
    /// The commit that it took back, when it is an undo.
    pub undid: Option<String>,
    /// The commit that took it back.
    pub undone_by: Option<String>,
    /// Whether its backup is still kept.
    pub has_backup: bool,
    /// Bytes that its backup takes up. Without a backup: not 0 as long as it is being removed.
    pub backup: u64,
}

impl CommitRecord {
    /// Tells whether `undo` can still take it back.
    pub fn is_undoable(&self) -> bool {
        self.state == CommitState::Done && self.undone_by.is_none() && self.has_backup
    }
}
