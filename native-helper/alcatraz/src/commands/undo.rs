//! `alcatraz undo`: takes a commit back.

use see_core::error::Result;

use crate::actions;
use crate::args::CommitArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::count_text;

pub fn run(context: &Context, args: &CommitArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let result = actions::undo(&store, &args.commit, &context.monitor())?;
    if context.output.json {
        context.output.json(&result)?;
    } else {
        let count = count_text(result.applied, "change");
        context.output.print(|out| {
            writeln!(out, "Took back {count} of {}. This is commit {}.", result.undid, result.commit)
        })?;
    }
    Ok(ExitStatus::Done)
}
