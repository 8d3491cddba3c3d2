//! The words of what decides about changes: `check`, `commit`, `discard`, `ignore`, `undo`, `drop`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::size::{Limit, limit};

/// Arguments of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Commit: id or beginning of an id
    pub commit: String,
    /// What to do where the host changed since: leave it as it is, take it back all the same, or keep both
    #[arg(long, value_name = "PATH=skip|overwrite|both")]
    pub resolve: Vec<OsString>,
}

/// Arguments of `drop`.
#[derive(Debug, Args)]
pub struct DropArgs {
    /// Commit: id or beginning of an id
    #[arg(required_unless_present = "limit")]
    pub commit: Option<String>,
    /// Settle a commit that was cut off and waits: take back what can be, and leave the rest as it is for good
    #[arg(long)]
    pub give_up: bool,
    /// What all backups may take up together, the oldest go first: bytes, or with K, M, G or T; or none
    #[arg(long, value_name = "SIZE|none", conflicts_with_all = ["commit", "give_up"], value_parser = limit)]
    pub limit: Option<Limit>,
}

/// Arguments of `discard`.
#[derive(Debug, Args)]
pub struct DiscardArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Throw away what changed at these paths and below them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// Arguments of `commit`.
#[derive(Debug, Args)]
pub struct CommitArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Commit only this path and what lies below it; may be repeated
    #[arg(long, value_name = "PATH")]
    pub only: Vec<PathBuf>,
    /// Leave this path and what lies below it out; may be repeated
    #[arg(long, value_name = "PATH")]
    pub skip: Vec<PathBuf>,
    /// What to do about a conflict: leave the path out, let the session's version win, keep both, or merge them
    #[arg(long, value_name = "PATH=skip|overwrite|both|merge")]
    pub resolve: Vec<OsString>,
    /// Give a file that is to be merged the content of FILE
    #[arg(long, value_name = "PATH=FILE")]
    pub merged: Vec<OsString>,
    #[command(flatten)]
    pub ignore: Ignoring,
    /// Plan and check, but change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    #[command(flatten)]
    pub ignore: Ignoring,
}

/// What a commit leaves out by itself.
#[derive(Debug, Args)]
pub struct Ignoring {
    /// Leave out what fits this pattern too, this time; may be repeated
    #[arg(long = "ignore", value_name = "GLOB")]
    pub patterns: Vec<String>,
    /// Leave nothing out because of the saved patterns
    #[arg(long)]
    pub no_ignore: bool,
}

/// Arguments of `ignore`.
#[derive(Debug, Args)]
pub struct IgnoreArgs {
    /// Patterns to add: *.log for a name, /var/log/** for a whole path
    #[arg(value_name = "GLOB")]
    pub add: Vec<String>,
    /// Pattern to remove; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub remove: Vec<String>,
}
