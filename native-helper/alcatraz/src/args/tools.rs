//! The words of what is about the program itself.

use clap::Args;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Command that the manual is of
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// Arguments of `probe`.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// Try the walls of the SEE that this runs in, at these targets
    #[arg(long, value_name = "JSON")]
    pub inside: Option<String>,
}
