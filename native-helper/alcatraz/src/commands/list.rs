//! `alcatraz list`: the sessions and their states, what waits for a person first.

use see_core::error::Result;
use see_core::path::escape_for_display;
use see_core::session::{Session, SessionState};
use serde_json::json;

use crate::args::ListArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::near::near_lines;
use crate::present::text::{command_text, state_text, when_text};
use crate::table::Table;
use crate::wire::session::WireSession;

/// So many of the sessions that are decided are listed unless all are asked for.
const RECENT: usize = 10;

pub fn run(context: &Context, args: &ListArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    if context.output.json {
        context.output.json(&json!({ "sessions": WireSession::all(&store)? }))?;
        return Ok(ExitStatus::Done);
    }
    let (sessions, undone) = (store.sessions()?, store.undone_sessions()?);
    if sessions.is_empty() {
        context.output.say("No sessions yet. Start one with: alcatraz run COMMAND");
        return Ok(ExitStatus::Done);
    }
    let (decided, open): (Vec<&Session>, Vec<&Session>) = sessions.iter().partition(is_decided);
    let shown = if args.all { decided.len() } else { decided.len().min(RECENT) };
    let mut table = Table::new(&["SESSION", "NAME", "STATE", "STARTED", "COMMAND"]);
    for session in open.into_iter().chain(decided.iter().copied().take(shown)) {
        table.row(vec![
            session.id.clone(),
            session.name.as_ref().map(|name| escape_for_display(name.as_bytes())).unwrap_or_default(),
            if undone.contains(&session.id) { "undone".to_owned() } else { state_text(session) },
            when_text(&session.created.to_rfc3339()),
            command_text(&session.command),
        ]);
    }
    context.output.print(|out| table.write(out))?;
    let near = sessions.iter().filter(|session| !is_decided(session)).flat_map(near_lines);
    near.for_each(|line| context.output.say(&line));
    if shown < decided.len() {
        let more = decided.len() - shown;
        let were = if more == 1 { "was" } else { "were" };
        context.output.say(&format!("{more} more {were} decided before. All of them: alcatraz list --all"));
    }
    Ok(ExitStatus::Done)
}

/// Tells whether nobody has to do anything about a session any more.
fn is_decided(session: &&Session) -> bool {
    matches!(session.state, SessionState::Committed | SessionState::Aborted)
}
