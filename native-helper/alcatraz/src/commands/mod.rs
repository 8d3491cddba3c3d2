//! The commands, one a file: each opens the store, calls the core, prints the answer.

use see_core::error::Result;

use crate::args::Command;
use crate::context::Context;
use crate::exit_status::ExitStatus;

mod attach;
mod changes;
mod completions;
mod doctor;
mod enter;
pub mod history;
mod list;
mod probe;
mod run;
mod stop;
mod supervise;

/// Runs a command.
pub fn run(context: &Context, command: &Command) -> Result<ExitStatus> {
    match command {
        Command::Run(args) => run::run(context, args),
        Command::Enter(args) => enter::run(context, args),
        Command::Attach(args) => attach::run(context, args),
        Command::Stop(args) => stop::run(context, args),
        Command::Supervise(_) => Ok(supervise::run()),
        Command::Doctor => doctor::run(context),
        Command::Probe => probe::run(context),
        Command::List => list::run(context),
        Command::Changes(args) => changes::run(context, args),
        Command::History => history::run(context),
        Command::Serve => crate::serve::run(context),
        Command::Completions(args) => completions::run(context, args),
        _ => Err(see_core::error::SeeError::internal("")),
    }
}
