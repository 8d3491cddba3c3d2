//! `alcatraz ignore`: the patterns of paths that commits leave out.

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::ignore::IgnoreList;
use see_core::path::escape_for_display;
use see_core::store::lines;
use serde_json::json;

use crate::args::IgnoreArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;

pub fn run(context: &Context, args: &IgnoreArgs) -> Result<ExitStatus> {
    let is_to_change = !args.add.is_empty() || !args.remove.is_empty();
    let store = if is_to_change { context.make_store()? } else { context.open_store()? };
    let held = is_to_change.then(|| lines::hold(&store)).transpose()?;
    let mut list = IgnoreList::of(&store)?;
    if is_to_change {
        for gone in &args.remove {
            if !list.patterns().contains(gone) {
                let shown = escape_for_display(gone.as_bytes());
                let message = format!("{shown} is not in the ignore list.");
                return Err(SeeError::new(
                    ErrorCode::BadRequest,
                    message,
                    "See the list with: alcatraz ignore",
                ));
            }
        }
        let kept = list.patterns().iter().filter(|pattern| !args.remove.contains(pattern));
        list = IgnoreList::new(kept.chain(&args.add).cloned())?;
        list.save(&store)?;
    }
    drop(held);
    if context.output.json {
        context.output.json(&json!({ "patterns": list.patterns() }))?;
    } else if list.patterns().is_empty() {
        context.output.say("Nothing is ignored. Add a pattern with: alcatraz ignore '*.log'");
    } else {
        context
            .output
            .print(|out| list.patterns().iter().try_for_each(|pattern| writeln!(out, "{pattern}")))?;
    }
    Ok(ExitStatus::Done)
}
