//! The commands, one a file: each opens the store, calls the core, prints the answer.

use see_core::error::Result;

use crate::args::Command;
use crate::context::Context;
use crate::exit_status::ExitStatus;

mod abort;
mod attach;
mod changes;
mod check;
pub mod commit;
mod completions;
pub mod diff;
mod discard;
mod doctor;
mod drop;
mod enter;
mod export;
mod hidden;
pub mod history;
mod ignore;
mod inspect;
mod list;
mod log;
mod man;
mod plumb;
mod probe;
mod profile;
mod reach;
mod reads;
pub mod relayed;
mod resume;
mod retry;
mod run;
mod stop;
mod supervise;
mod tighten;
mod undo;

/// Runs a command.
pub fn run(context: &Context, command: &Command) -> Result<ExitStatus> {
    match command {
        Command::Run(args) => run::run(context, args),
        Command::Enter(args) => enter::run(context, args),
        Command::Inspect(args) => inspect::run(context, args),
        Command::List(args) => list::run(context, args),
        Command::Changes(args) => changes::run(context, args),
        Command::Diff(args) => diff::run(context, args),
        Command::Log(args) => log::run(context, args),
        Command::Reads(args) => reads::run(context, args),
        Command::Check(args) => check::run(context, args),
        Command::Commit(args) => commit::run(context, args),
        Command::Discard(args) => discard::run(context, args),
        Command::Export(args) => export::run(context, args),
        Command::Abort(args) => abort::run(context, args),
        Command::Retry(args) => retry::run(context, args),
        Command::Ignore(args) => ignore::run(context, args),
        Command::Hidden(args) => hidden::run(context, args),
        Command::Profile(args) => profile::run(context, args),
        Command::Stop(args) => stop::run(context, args),
        Command::Resume(args) => resume::run(context, args),
        Command::Tighten(args) => tighten::run(context, args),
        Command::History => history::run(context),
        Command::Undo(args) => undo::run(context, args),
        Command::Drop(args) => drop::run(context, args),
        Command::Doctor => doctor::run(context),
        Command::Serve => crate::serve::run(context),
        Command::Completions(args) => completions::run(context, args),
        Command::Man(args) => man::run(context, args),
        Command::Attach(args) => attach::run(context, args),
        Command::Supervise(_) => Ok(supervise::run()),
        Command::Plumb => Ok(plumb::run()),
        Command::Reach => Ok(reach::run()),
        Command::Relayed(args) => relayed::run(args),
        Command::Probe(args) => probe::run(context, args),
    }
}
