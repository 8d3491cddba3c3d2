//! `alcatraz drop`: forgets the backup of a commit.

use see_core::error::Result;
use serde_json::json;

use crate::actions;
use crate::args::CommitArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;

pub fn run(context: &Context, args: &CommitArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let id = actions::drop_backup(&store, &args.commit)?;
    if context.output.json {
        context.output.json(&json!({ "commit": id }))?;
    } else {
        context.output.say(&format!("Dropped the backup of {id}; it cannot be undone any more."));
    }
    Ok(ExitStatus::Done)
}
