//! `alcatraz undo`: takes a commit back.

use see_core::error::Result;

use crate::actions;
use crate::args::UndoArgs;
use crate::commands::commit::hinting;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::{count_text, dropped_text};
use crate::selection::selection;

pub fn run(context: &Context, args: &UndoArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let resolve: Vec<_> = selection(&[], &[], &args.resolve)?.resolve.into_iter().collect();
    let done = actions::undo(&store, &args.commit, &resolve, &context.host_monitor()?);
    let result = done.map_err(|error| {
        hinting(
            error,
            "Decide with --resolve PATH=CHOICE, one of those in brackets, or undo later commits first.",
        )
    })?;
    if context.output.json {
        context.output.json(&result)?;
    } else {
        let count = count_text(result.applied, "change");
        context.output.print(|out| {
            let left = if result.skipped > 0 {
                format!(" Left as it is: {}.", result.skipped)
            } else {
                String::new()
            };
            let dropped = dropped_text(&result.dropped);
            writeln!(
                out,
                "Took back {count} of {}. This is commit {}.{left}{dropped}",
                result.undid, result.commit
            )
        })?;
    }
    Ok(ExitStatus::Done)
}
