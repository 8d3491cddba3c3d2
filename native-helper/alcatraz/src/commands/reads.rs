//! `alcatraz reads`: what a session has read, as far as it is known.

use see_core::error::Result;
use see_core::path::PathRef;
use see_core::reads::{self, Seen};
use serde::Serialize;

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::when_text;

#[derive(Serialize)]
struct WireRead {
    #[serde(flatten)]
    path: PathRef,
    first_seen: String,
    seen: &'static str,
}

#[derive(Serialize)]
struct Answer {
    reads: Vec<WireRead>,
}

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let changes = actions::scan(&session, &context.monitor())?;
    let all = vec![true; changes.found.len()];
    let mut reads = reads::derive(&session, &changes, &all);
    reads.sort_by(|a, b| a.path.cmp(&b.path));
    if context.output.json {
        let reads = reads.iter().map(|read| WireRead {
            path: read.path.to_ref(),
            first_seen: read.first_seen.to_rfc3339(),
            seen: seen_word(read.what),
        });
        context.output.json(&Answer { reads: reads.collect() })?;
        return Ok(ExitStatus::Done);
    }
    context.output.print(|out| {
        reads.iter().try_for_each(|read| {
            let when = when_text(&read.first_seen.to_rfc3339());
            writeln!(out, "{when}  {:<9}  {}", seen_word(read.what), read.path.display())
        })
    })?;
    context
        .output
        .say("Reads are not tracked yet: this is what the changes rest on, seen when the session began.");
    Ok(ExitStatus::Done)
}

fn seen_word(seen: Seen) -> &'static str {
    match seen {
        Seen::Written => "written",
        Seen::Read => "read",
        Seen::Name => "name",
        Seen::Directory => "directory",
    }
}
