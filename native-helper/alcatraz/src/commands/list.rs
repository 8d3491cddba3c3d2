//! `alcatraz list`: the sessions and their states.

use see_core::error::Result;
use see_core::path::escape_for_display;
use serde_json::json;

use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::{command_text, state_text, when_text};
use crate::table::Table;
use crate::wire::session::WireSession;

pub fn run(context: &Context) -> Result<ExitStatus> {
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
    let mut table = Table::new(&["SESSION", "NAME", "STATE", "STARTED", "COMMAND"]);
    for session in &sessions {
        table.row(vec![
            session.id.clone(),
            session.name.as_ref().map(|name| escape_for_display(name.as_bytes())).unwrap_or_default(),
            if undone.contains(&session.id) { "undone".to_owned() } else { state_text(session) },
            when_text(&session.created.to_rfc3339()),
            command_text(&session.command),
        ]);
    }
    context.output.print(|out| table.write(out))?;
    Ok(ExitStatus::Done)
}
