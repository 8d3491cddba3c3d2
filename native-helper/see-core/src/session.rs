//! A session: one SEE, from its start until it is committed or aborted. Plain data; the store keeps it.

use serde::{Deserialize, Serialize};

use crate::cause::{Limit, SessionCause};
use crate::layer::Layer;
use crate::path::HostPath;
use crate::policy::Policy;
use crate::timestamp::Timestamp;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionState {
    /// Its supervisor is making the SEE.
    Starting,
    /// At least one program runs in it.
    Running,
    /// No program runs; its changes wait for a decision.
    Finished,
    /// A commit is under way (or was cut off, and recovery has to look at it).
    Committing,
    /// Committed; nothing is left in its layers.
    Committed,
    /// Aborted; its layers are gone.
    Aborted,
    /// It could not be made, or its layers are damaged.
    Broken,
}

impl SessionState {
    /// Returns its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Committing => "committing",
            Self::Committed => "committed",
            Self::Aborted => "aborted",
            Self::Broken => "broken",
        }
    }
}

/// The privilege that a SEE was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// As root: shifted ids, every mount of the host covered.
    System,
    /// As an ordinary user, in a user namespace of one's own.
    User,
}

/// Why a session was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrozenWhy {
    /// It has written as much as it may.
    Quota,
    /// A disk is nearly full.
    Disk,
}

/// A session that stands still until somebody decides. Sizes are bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Why.
    pub why: FrozenWhy,
    /// What its layers hold.
    pub used: u64,
    /// What it may hold, or what must stay free.
    pub limit: u64,
    /// What is free, when that is the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<u64>,
    /// How many inodes are free, when those are the reason; `limit` counts inodes then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inodes: Option<u64>,
    /// Where, when a disk is the reason; escaped for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Since when, RFC 3339.
    pub since: String,
}

/// What a session can come near to the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scarce {
    /// What its changes may hold.
    Quota,
    /// What must stay free on a disk.
    Disk,
    /// How many files must still fit on a disk.
    Inodes,
    /// The memory of all its programs.
    Memory,
    /// How many processes and threads it has.
    Processes,
}

/// A limit that a running session has come near to, or that has refused it something. Sizes are bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Near {
    /// Which.
    pub what: Scarce,
    /// What was used when it came near; of a disk what was free.
    pub used: u64,
    /// What it may use; of a disk what must stay free.
    pub limit: u64,
    /// Which disk; escaped for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// How often it ran out: programs that were ended for want of memory, processes that could not be made.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hits: u64,
    /// Since when, RFC 3339.
    pub since: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One SEE and all that must be known to enter, review, commit or abort it later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Unique, of lower-case letters and digits.
    pub id: String,
    /// Chosen by the user; unique among sessions that are not over.
    pub name: Option<String>,
    /// Where it stands.
    pub state: SessionState,
    /// Program and arguments, as bytes.
    pub command: Vec<Vec<u8>>,
    /// Working directory of the program.
    pub cwd: HostPath,
    /// How the SEE is made.
    pub mode: Mode,
    /// The user on the host who started it.
    pub owner_uid: u32,
    /// The ids that its program runs with, as seen inside: user and primary group.
    pub run_as: (u32, u32),
    /// When it was made.
    pub created: Timestamp,
    /// When its last program ended.
    pub ended: Option<Timestamp>,
    /// Exit status of the first program; 128+signal when a signal ended it.
    pub exit_status: Option<i32>,
    /// Why it is broken, or ended as it did.
    pub why: Option<SessionCause>,
    /// Its private stores, in mount order: an outer mount point comes before the ones inside it.
    pub layers: Vec<Layer>,
    /// What the SEE cannot change.
    pub limits: Vec<Limit>,
    /// What it is allowed, and what is recorded of it.
    pub policy: Policy,
    /// Set while it stands still.
    pub frozen: Option<Frozen>,
    /// The limits that it is near to, or has run into.
    pub near: Vec<Near>,
}

impl Session {
    /// Returns the limits that it has run into.
    pub fn ran_out(&self) -> impl Iterator<Item = &Near> {
        self.near.iter().filter(|near| near.hits > 0)
    }

    /// Returns what a person types for it: the name that it was given, when that needs no quotes, or its id.
    pub fn handle(&self) -> &str {
        self.name.as_deref().filter(|name| is_plain(name)).unwrap_or(&self.id)
    }
}

/// Tells whether a word needs no quotes in a shell.
pub fn is_plain(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}
