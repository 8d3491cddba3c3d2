//! `alcatraz drop`: forgets the backup of a commit, limits what all backups take up, or gives up a commit that waits.

use see_core::commit;
use see_core::error::Result;
use see_core::monitor::Unmonitored;
use serde_json::json;

use crate::actions;
use crate::args::{DropArgs, Limit};
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::dropped_text;
use crate::wire::commit::refs;

pub fn run(context: &Context, args: &DropArgs) -> Result<ExitStatus> {
    if args.give_up {
        return give_up(context, args.commit.as_deref().unwrap_or_default());
    }
    if let Some(Limit(limit)) = args.limit {
        let store = context.make_store()?;
        let dropped = commit::limit_backups(&store, limit, &Unmonitored)?;
        if context.output.json {
            context.output.json(&json!({ "limit": limit, "dropped": dropped }))?;
        } else {
            context.output.say(&match dropped.as_slice() {
                [] => "Set; no backup had to go.".to_owned(),
                dropped => format!("Set.{}", dropped_text(dropped)),
            });
        }
        return Ok(ExitStatus::Done);
    }
    let store = context.open_store()?;
    let id = actions::drop_backup(&store, args.commit.as_deref().unwrap_or_default(), &Unmonitored)?;
    if context.output.json {
        context.output.json(&json!({ "commit": id }))?;
    } else {
        context.output.say(&format!("Dropped the backup of {id}; it cannot be undone any more."));
    }
    Ok(ExitStatus::Done)
}

fn give_up(context: &Context, key: &str) -> Result<ExitStatus> {
    let store = context.open_store_as_it_is()?;
    let recovered = commit::give_up(&store, key, &context.monitor())?;
    if context.output.json {
        let (given_up, stayed) = (refs(&recovered.given_up), refs(&recovered.foreign));
        context
            .output
            .json(&json!({ "commit": recovered.commit, "given_up": given_up, "stayed": stayed }))?;
    } else {
        context.tell(&recovered);
    }
    Ok(ExitStatus::Done)
}
