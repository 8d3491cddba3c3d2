//! The commands, one a file: each opens the store, calls the core, prints the answer.

use see_core::error::Result;

use crate::args::Command;
use crate::context::Context;
use crate::exit_status::ExitStatus;

mod changes;
mod completions;
pub mod history;
mod list;

/// Runs a command.
pub fn run(context: &Context, command: &Command) -> Result<ExitStatus> {
    match command {
        Command::List => list::run(context),
        Command::Changes(args) => changes::run(context, args),
        Command::History => history::run(context),
        Command::Serve => crate::serve::run(context),
        Command::Completions(args) => completions::run(context, args),
        _ => Err(see_core::error::SeeError::internal("")),
    }
}
