//! `alcatraz enter`: another program in the SEE of a session, now or later.

use see_core::engine::{self, request::RunSpec};
use see_core::error::Result;

use crate::after_run;
use crate::args::EnterArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::causes::limit_line;
use crate::signals::Signals;
use crate::terminal_relay::{self, Outcome};

pub fn run(context: &Context, args: &EnterArgs) -> Result<ExitStatus> {
    let spec = super::run::request(&args.command, args.run_as.as_deref(), args.tty);
    with(context, args, spec)
}

/// The same for a program whose request is made already.
pub fn with(context: &Context, args: &EnterArgs, spec: RunSpec) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let signals = Signals::collect(terminal_relay::channels(args.tty))?;
    let client = engine::enter(&store, &session, spec)?;
    // What the session asked for and this machine no longer has keeps nobody out.
    let entered = store.session(&session.id)?;
    engine::lacking(&entered).for_each(|limit| context.output.say(&limit_line(limit)));
    let asked = (!args.unasked).then_some(session.handle());
    Ok(match terminal_relay::relay(client, &signals, asked, entered.policy.clipboard)? {
        Outcome::Left(status) => ExitStatus::of_program(status),
        Outcome::Exited(status, _) => {
            signals.release()?;
            if !args.unasked {
                after_run::tell_kept(context, &store, &session.id)?;
            }
            ExitStatus::of_program(status)
        }
    })
}
