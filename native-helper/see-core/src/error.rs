//! Every error that a user of this crate can meet, as data: a closed code, facts, and what to do next.
//! Presenters match on the code; nobody parses the message. The codes are those of `protocol/src/errors.ts`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::merge::How;
use crate::path::{HostPath, PathRef};

/// The closed list of error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each code's text and hint say what it is")]
pub enum ErrorCode {
    BadRequest,
    UnknownMethod,
    ProtocolMismatch,
    Cancelled,
    NoSuchSession,
    AmbiguousSession,
    NameTaken,
    WrongState,
    SessionBusy,
    CommandNotFound,
    CommandNotExecutable,
    ScannerFailed,
    NoSuchUser,
    NoUserNamespaces,
    CannotIsolate,
    StoreUnusable,
    StoreTooNew,
    NoSuchChange,
    Conflicts,
    SelectionNeeds,
    NoSuchCommit,
    NotUndoable,
    RolledBack,
    RecoveryNeeded,
    DiskFull,
    ReadOnlyTarget,
    PermissionDenied,
    Io,
    HelperGone,
    Internal,
}

/// What exactly it was, where a code alone leaves a person without an answer: presenters say it in words of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each reason's sentence stands where it is given")]
pub enum Reason {
    BadName,
    BadPattern,
    ManyPatterns,
    BadPlace,
    ManyPlaces,
    NothingToHide,
    PartOfHidden,
    SeveralHidden,
    UnknownHost,
    FewProcesses,
    SmallQuota,
    NoDirectory,
    NoInterpreter,
    IsDirectory,
    NotMarked,
    NothingChosen,
    NothingTakenBack,
    NotMergeable,
    UnlistedNames,
    LongNote,
    ManyNotes,
    EditedElsewhere,
    SeveralNames,
    NoOwnFile,
    ManyWatches,
    ToolMissing,
    TunnelMissing,
    NoNetwork,
    NoRedirection,
    NoDisplay,
    NoDevice,
    NoLimit,
    NoClipboard,
    PortTaken,
    LowPort,
    NoAddress,
    NoPort,
    TwoServers,
    LittleRoom,
    LittleMemory,
    NeverHidden,
    NeverMore,
    FixedLimit,
    UsedAlready,
    NoRecord,
    NoProcesses,
    MovedHidden,
    OnlyRoot,
    Immutable,
    Frozen,
    HeldUp,
    NothingRuns,
    ChangedSince,
    MountGone,
    HostChanged,
    HostWrites,
    MergedBefore,
    NoScanner,
}

/// Why the criterion does not hold for a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the terms of docs/consistency.md")]
pub enum ConflictReason {
    ReadThenChanged,
    NameAppeared,
    NameVanished,
    WriteThenChanged,
    TypeChanged,
    InUse,
}

/// What the user can choose for a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolution {
    /// Leave the path out of the commit.
    Skip,
    /// Let the SEE's version win.
    Overwrite,
    /// Keep the host's and put the SEE's beside it.
    Both,
    /// Merge both.
    Merge,
}

/// A path where the criterion does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Where.
    #[serde(flatten)]
    pub path: PathRef,
    /// Why.
    pub reason: ConflictReason,
    /// When the SEE first saw it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// When the host last changed it, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_changed: Option<String>,
    /// What can be chosen.
    pub choices: Vec<Resolution>,
    /// How the file can be merged, when it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge: Option<How>,
    /// Whether the session changed nothing here: to skip it is to commit all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_read: bool,
    /// Whether it is a directory that the session listed, and whose names have changed: a name appeared or vanished in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listing: bool,
}

/// `path` was selected and means nothing without `needs`, which was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The selected path.
    #[serde(flatten)]
    pub path: PathRef,
    /// What it depends on.
    pub needs: PathRef,
}

/// An error as it is shown and sent. Build with [`SeeError::new`] and the `with_*` methods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeeError {
    /// What, for programs.
    pub code: ErrorCode,
    /// What happened, for people: one sentence.
    pub message: String,
    /// What to do, for people: one sentence.
    pub hint: String,
    /// What exactly, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Where.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathRef>,
    /// Numbers and names that a presenter can use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
    /// With code `conflicts`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// With code `selection-needs`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
}

/// Takes away the number that the standard library puts behind the words of a system's error: programs have it as a fact.
fn without_numbers(mut message: String) -> String {
    const MARK: &str = " (os error ";
    let mut from = 0;
    while let Some(at) = message.get(from..).and_then(|rest| rest.find(MARK)).map(|at| from + at) {
        from = at + MARK.len();
        let Some((number, _)) = message.get(from..).and_then(|rest| rest.split_once(')')) else { break };
        let Ok(errno) = number.parse() else { continue };
        let words = std::io::Error::from_raw_os_error(errno).to_string();
        // Anything else is a name that looks like it.
        let end = from + number.len() + 1;
        if message.get(..end).is_some_and(|said| said.ends_with(&words)) {
            message.replace_range(at..end, "");
            from = at;
        }
    }
    message
}

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Box<SeeError>>;

/// The fact that tells an error of the system.
const ERRNO: &str = "errno";

impl SeeError {
    /// Returns an error with this code, sentence and advice.
    pub fn new(code: ErrorCode, message: impl Into<String>, hint: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            code,
            message: without_numbers(message.into()),
            hint: hint.into(),
            reason: None,
            path: None,
            facts: BTreeMap::new(),
            conflicts: Vec::new(),
            needs: Vec::new(),
        })
    }

    /// Returns the error for a failed system call: full disk, read-only target and missing permission
    /// have codes of their own.
    pub fn os(doing: &str, path: &HostPath, errno: rustix::io::Errno) -> Box<Self> {
        use rustix::io::Errno;
        let place = path.display();
        let error = match errno {
            Errno::NOSPC | Errno::DQUOT => Self::new(
                ErrorCode::DiskFull,
                format!("There is no room left while {doing} {place}."),
                "Free some space on that file system, then try again; nothing was lost.",
            ),
            Errno::ROFS => Self::new(
                ErrorCode::ReadOnlyTarget,
                format!("{place} is on a read-only file system."),
                "Make the file system writable, or leave this path out.",
            ),
            Errno::ACCESS | Errno::PERM => Self::new(
                ErrorCode::PermissionDenied,
                format!("Permission denied while {doing} {place}."),
                "Run as a user who may do this, or leave this path out.",
            ),
            other => Self::new(
                ErrorCode::Io,
                format!("{doing} {place} failed: {other}."),
                "Look at the path and the system's log, then try again.",
            ),
        };
        error.with_path(path).with_fact(ERRNO, errno.raw_os_error()).with_fact("doing", doing)
    }

    /// Returns which error of the system it was about, also one that another process has told; `None` for all else.
    pub fn errno(&self) -> Option<rustix::io::Errno> {
        let number = self.facts.get(ERRNO)?.as_i64()?;
        i32::try_from(number).ok().map(rustix::io::Errno::from_raw_os_error)
    }

    /// Returns the error for a broken promise of our own code.
    pub fn internal(message: impl Into<String>) -> Box<Self> {
        Self::new(
            ErrorCode::Internal,
            message,
            "This is a bug in Alcatraz; please report it. Nothing was lost.",
        )
    }

    /// Says what exactly it was.
    #[must_use]
    pub fn because(mut self: Box<Self>, reason: Reason) -> Box<Self> {
        self.reason = Some(reason);
        self
    }

    /// Adds the path that the error is about.
    #[must_use]
    pub fn with_path(mut self: Box<Self>, path: &HostPath) -> Box<Self> {
        self.path = Some(path.to_ref());
        self
    }

    /// Adds a fact for presenters.
    #[must_use]
    pub fn with_fact(mut self: Box<Self>, name: &str, value: impl Into<Value>) -> Box<Self> {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}

impl fmt::Display for SeeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SeeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_system_come_without_their_number() {
        let says = |message: String| SeeError::new(ErrorCode::Io, message, "").message.clone();
        let [gone, denied] = [2, 13].map(std::io::Error::from_raw_os_error);
        assert_eq!(
            says(format!("a: {gone}. b: {denied}")),
            "a: No such file or directory. b: Permission denied"
        );
        // Nobody can take a name apart.
        for name in ["x (os error 2)", "x (os error ", "x (os error 2", "(os error 99999999999) (os error y)"]
        {
            assert_eq!(says(name.to_owned()), name);
        }
    }
}
