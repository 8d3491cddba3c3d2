//! What each method takes and gives, and what each notification carries (`protocol/src/rpc.ts`). Parsed strictly.

use std::collections::BTreeMap;

use see_core::change::{Summary, WireChange};
use see_core::error::Resolution;
use see_core::monitor::Phase;
use see_core::path::{HostPath, PathRef};
use see_core::session::Mode;
use serde::{Deserialize, Serialize};

use crate::wire::commit::WireCommit;
pub use crate::wire::commit::{CheckResult, CommitResult, UndoResult};
use crate::wire::session::WireSession;

use super::envelope::bad_request;

/// Both sides refuse to talk when this differs.
pub const PROTOCOL_VERSION: u32 = 1;
/// The most bytes that one `content` request returns.
pub const SLICE_LIMIT: u64 = 4 * 1024 * 1024;

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

fn host_path(path: &str, path_bytes: Option<&str>) -> see_core::error::Result<HostPath> {
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
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionParams {
    pub session: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionResult {
    pub session: WireSession,
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
pub struct CommitRequest {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Vec<ResolveParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<Vec<PathParam>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve: Option<Vec<ResolveParam>>,
}

/// How one conflict is to be resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveParam {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub choice: Resolution,
}

impl ResolveParam {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitsResult {
    pub commits: Vec<WireCommit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitParams {
    pub commit: String,
}

/// One step of a watched session's change feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase", deny_unknown_fields)]
pub enum FeedEvent {
    Reset { watch: u64 },
    Rows { watch: u64, rows: Vec<WireChange> },
    Gone { watch: u64, paths: Vec<PathRef> },
    Settled { watch: u64, revision: u64, total: u64, summary: Summary, live: bool },
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Before,
    After,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentParams {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    pub session: String,
    pub side: Side,
    pub offset: u64,
    pub length: u64,
}

impl ContentParams {
    pub fn host_path(&self) -> see_core::error::Result<HostPath> {
        host_path(&self.path, self.path_bytes.as_deref())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoctorResult {
    pub rows: Vec<serde_json::Value>,
}
pub type Description = serde_json::Value;
pub type Slice = serde_json::Value;
