//! The words of what shows changes: `changes`, `diff`, `export`.

use std::path::PathBuf;

use clap::Args;

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
