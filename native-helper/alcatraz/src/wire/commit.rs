//! The JSON forms of commits (`protocol/src/commit.ts`).

use see_core::change::Summary;
use see_core::check::OtherNames;
use see_core::commit::record::CommitRecord;
use see_core::error::{Conflict, SeeError};
use see_core::path::{HostPath, PathRef};
use see_core::policy::Reads;
use see_core::read_set::set::Missing;
use see_core::store::Note;
use serde::{Deserialize, Serialize};

use super::session::command_text;

/// A commit of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireCommit {
    /// Its id.
    pub id: String,
    /// The session that it came from.
    pub session: String,
    /// When it began.
    pub time: String,
    /// The session's command as text.
    pub command: Vec<String>,
    /// How many changes it applied.
    pub applied: u64,
    /// Whether it can be taken back.
    pub undoable: bool,
    /// Bytes that its backup takes up, when it keeps one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<u64>,
    /// The commit that it took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undid: Option<String>,
    /// What was noted on its session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many notes there are on changes of its session.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub notes: u64,
    /// The commit that took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<String>,
    /// What its undo, which was cut off, waits for, in the words of the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    /// The same for who has words of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<Box<SeeError>>,
}

impl WireCommit {
    /// Returns a commit with what was noted on its session, and what its undo waits for.
    pub fn new(commit: &CommitRecord, notes: Vec<Note>, waits: Option<Box<SeeError>>) -> Self {
        let on_changes = notes.iter().filter(|note| note.path.is_some()).count();
        Self {
            notes: u64::try_from(on_changes).unwrap_or(u64::MAX),
            note: notes.into_iter().find(|note| note.path.is_none()).map(|note| note.text),
            id: commit.id.clone(),
            session: commit.session.clone(),
            time: commit.time.to_rfc3339(),
            command: command_text(&commit.command),
            applied: commit.applied,
            undoable: commit.is_undoable(),
            backup: commit.has_backup.then_some(commit.backup),
            undid: commit.undid.clone(),
            undone_by: commit.undone_by.clone(),
            waits: waits.as_ref().map(|error| format!("{} {}", error.message, error.hint)),
            waits_for: waits,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Returns paths in their wire form.
pub fn refs(paths: &[HostPath]) -> Vec<PathRef> {
    paths.iter().map(HostPath::to_ref).collect()
}

/// A file that changes under other names of the host, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedFile {
    /// Where the change is.
    #[serde(flatten)]
    pub path: PathRef,
    /// Other names, as far as they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<PathRef>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
}

impl From<OtherNames> for SharedFile {
    fn from(file: OtherNames) -> Self {
        Self { path: file.path.to_ref(), names: refs(&file.names), more: file.more }
    }
}

/// Whether the criterion holds, and where not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// Whether no conflict stands in the way of a commit.
    pub consistent: bool,
    /// Where it would not.
    pub conflicts: Vec<Conflict>,
    /// How many more there are than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub conflicts_more: u64,
    /// Files that a commit joins by itself, because both sides only appended to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<PathRef>,
    /// How many more are joined than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub joined_more: u64,
    /// What the ignore list leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<PathRef>,
    /// How many more are ignored than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ignored_more: u64,
    /// Files that change under other names, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<SharedFile>,
    /// How many more of them there are than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other_names_more: u64,
    /// How much of what the session looked at was recorded.
    #[serde(default)]
    pub tracking: Reads,
    /// Why that is not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// All changes of the session as they were found, whatever was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Of which state of the session's changes this is: a commit can be bound to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

/// What a commit did. A dry run has the id `dry-run`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitResult {
    /// Its id.
    pub commit: String,
    /// The session that it came from.
    pub session: String,
    /// How many changes the host has now.
    pub applied: u64,
    /// How many were left out.
    pub skipped: u64,
    /// Files that were joined, because both sides had only appended to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<PathRef>,
    /// How many more were joined than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub joined_more: u64,
    /// What the ignore list left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<PathRef>,
    /// How many more were ignored than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ignored_more: u64,
    /// Files that changed under other names, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_names: Vec<SharedFile>,
    /// How many more of them there are than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub other_names_more: u64,
    /// Older commits whose backups went, so that all together stay within the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// Where a look at the host afterwards found something else than what was committed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<PathRef>,
    /// How many more differ than are told.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub differing_more: u64,
}

/// What a discard took back, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscardResult {
    /// The session.
    pub session: String,
    /// How many changes went.
    pub discarded: u64,
    /// Of a dry run: of which state of the session's changes this is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

/// What an undo did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoResult {
    /// Its own id: an undo is a commit.
    pub commit: String,
    /// The commit that it took back.
    pub undid: String,
    /// How many changes it took back.
    pub applied: u64,
    /// How many it left as they are, because that was chosen.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skipped: u64,
    /// Older commits whose backups went, so that all together stay within the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
}
