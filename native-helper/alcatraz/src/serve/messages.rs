//! What each method takes and gives, and what each notification carries (`protocol/src/rpc.ts`). Parsed strictly.

use std::collections::BTreeMap;

use see_core::change::{Summary, WireChange};
use see_core::content::SLICE_LIMIT;
use see_core::engine::request::{Entered, RunSpec, Size};
use see_core::error::SeeError;
use see_core::monitor::Phase;
use see_core::net::policy::Net;
use see_core::path::{HostPath, PathRef};
use see_core::policy::{Policy, Tightening};
use see_core::session::Mode;
use serde::{Deserialize, Serialize};

use crate::persons_environment;
use crate::wire::doctor::WireRow;
use crate::wire::session::{WireSession, command_text};

use super::envelope::bad_request;

/// Both sides refuse to talk when this differs.
pub const PROTOCOL_VERSION: u32 = 1;

/// A path in a request: as `PathRef`, but strict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathParam {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

impl PathParam {
    /// Returns the host path that is meant.
    pub fn to_host_path(&self) -> see_core::error::Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

/// Returns the host path that a request names.
pub(super) fn host_path(path: &str, path_bytes: Option<&str>) -> see_core::error::Result<HostPath> {
    let named = PathRef { path: path.to_owned(), path_bytes: path_bytes.map(str::to_owned) };
    named.to_host_path().ok_or_else(|| bad_request("a path in it is not absolute"))
}

/// No arguments, or nothing to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloParams {
    pub protocol: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloResult {
    pub protocol: u32,
    pub version: String,
    pub mode: Mode,
    pub store: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsResult {
    pub sessions: Vec<WireSession>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TightenParams {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Net>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lan: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clipboard: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

impl TightenParams {
    /// Returns what it asks for.
    pub fn tightening(&self) -> Tightening {
        let Self { session: _, net, lan, clipboard, quota, floor, processes, memory } = *self;
        Tightening { net, lan, clipboard, quota, floor, processes, memory }
    }
}

/// The places that every session finds empty, as an answer and as an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    pub places: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    pub command: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "as")]
    pub run_as: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cols: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
}

impl RunRequest {
    /// Returns what the engine is asked for: a program on a terminal.
    pub fn into_spec(self) -> see_core::error::Result<RunSpec> {
        self.validate()?;
        let mut spec = RunSpec::new(self.command.into_iter().map(String::into_bytes).collect());
        spec.cwd = self.cwd.map(String::into_bytes);
        spec.name = self.name;
        spec.run_as = self.run_as;
        spec.policy = self.policy.unwrap_or_default();
        spec.size = window(self.rows, self.cols)?;
        persons_environment::give(&mut spec, self.env.unwrap_or_default())?;
        Ok(spec)
    }

    fn validate(&self) -> see_core::error::Result<()> {
        let mut texts = self.command.iter().chain(&self.cwd);
        if self.command.is_empty() || texts.any(|text| text.contains('\0')) {
            return Err(bad_request("its command is empty or holds a NUL"));
        }
        if self.cwd.as_ref().is_some_and(|cwd| !cwd.starts_with('/')) {
            return Err(bad_request("its working directory is not absolute"));
        }
        Ok(())
    }
}

/// Refuses a slice of content that is empty or too large.
pub fn slice_length(length: u64) -> see_core::error::Result<()> {
    if (1..=SLICE_LIMIT).contains(&length) {
        return Ok(());
    }
    Err(bad_request(format_args!("a slice has 1 to {SLICE_LIMIT} bytes")))
}

/// Returns the size of a window, when both numbers are given.
pub fn window(rows: Option<u16>, cols: Option<u16>) -> see_core::error::Result<Option<Size>> {
    const LARGEST: u16 = 10_000;
    if rows.iter().chain(&cols).any(|size| !(1..=LARGEST).contains(size)) {
        return Err(bad_request(format_args!("a window has 1 to {LARGEST} rows and columns")));
    }
    Ok(rows.zip(cols).map(|(rows, cols)| Size { rows, cols }))
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionParams {
    pub session: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogParams {
    pub session: String,
    /// Where the last answer ended.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub since: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeParams {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlimited: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionResult {
    pub session: WireSession,
}

/// Terminals of a session beside its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminalsResult {
    pub terminals: Vec<WireTerminal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireTerminal {
    pub number: u32,
    pub command: Vec<String>,
}

impl From<Vec<Entered>> for TerminalsResult {
    fn from(entered: Vec<Entered>) -> Self {
        let wire =
            |Entered { number, command }: Entered| WireTerminal { number, command: command_text(&command) };
        Self { terminals: entered.into_iter().map(wire).collect() }
    }
}

/// A watch, as an answer and as an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    pub watch: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribeParams {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub session: String,
}

impl DescribeParams {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscardParams {
    pub session: String,
    pub paths: Vec<PathParam>,
    /// Only tell what would go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitParams {
    pub commit: String,
}

/// One step of a watched session's change feed. `Failed` ends it: what was told so far may be true no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase", deny_unknown_fields)]
pub enum FeedEvent {
    Reset {
        watch: u64,
    },
    Rows {
        watch: u64,
        rows: Vec<WireChange>,
    },
    /// Many rows at once, by `walk.rs`.
    Walk {
        watch: u64,
        count: u64,
        walk: String,
        kinds: String,
        aspects: String,
        types: String,
        sizes: String,
        modes: String,
        by: String,
        programs: Vec<WalkProgram>,
    },
    Gone {
        watch: u64,
        paths: Vec<PathRef>,
    },
    Settled {
        watch: u64,
        revision: u64,
        total: u64,
        summary: Summary,
        live: bool,
        /// Directories whose entries are not all told; some of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unlisted: Vec<PathRef>,
        /// How many more there are.
        #[serde(default, skip_serializing_if = "is_zero")]
        unlisted_more: u64,
    },
    /// The session's record has grown to `next`.
    Record {
        watch: u64,
        next: u64,
    },
    Failed {
        watch: u64,
        error: SeeError,
    },
}

/// A program that made some of the changes of a walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkProgram {
    pub program: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program_id: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    pub request: i64,
    pub phase: Phase,
    pub done: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// The one notification to the helper: give up that request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    pub request: i64,
}

/// Whose content: the two sides of a change, what the host has at that very path now, or what it was at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnySide {
    Before,
    After,
    Now,
    Base,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentParams {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub session: String,
    pub side: AnySide,
    pub offset: u64,
    pub length: u64,
}

impl ContentParams {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        slice_length(self.length)?;
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoctorResult {
    pub rows: Vec<WireRow>,
}
