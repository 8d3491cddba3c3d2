//! The words of what shows sessions and their changes: `list`, `changes`, `diff`, `export`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// List all that were decided too, not the newest of them alone
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `changes`.
#[derive(Debug, Args)]
pub struct ChangesArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Show only this path and what lies below it
    pub path: Option<PathBuf>,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// Print what this file would become when the host's version and the session's are merged
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    pub merge: Option<PathBuf>,
    /// Show only these paths and what lies below them
    pub paths: Vec<PathBuf>,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Session: id, beginning of an id, or name
    pub session: String,
    /// The archive; - for stdout
    #[arg(short, long, value_name = "FILE.tar")]
    pub output: PathBuf,
}
