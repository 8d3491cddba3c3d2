//! `alcatraz list`: the sessions and their states.

use see_core::error::Result;
use see_core::path::escape_for_display;
use see_core::session::{Session, SessionState};
use serde_json::json;

use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::table::Table;
use crate::wire::session::WireSession;

pub fn run(context: &Context) -> Result<ExitStatus> {
    let sessions = context.open_store()?.sessions()?;
    if context.output.json {
        let wire: Vec<_> = sessions.iter().map(WireSession::from).collect();
        context.output.json(&json!({ "sessions": wire }))?;
        return Ok(ExitStatus::Done);
    }
    if sessions.is_empty() {
        context.output.say("No sessions yet. Start one with: alcatraz run COMMAND");
        return Ok(ExitStatus::Done);
    }
    let mut table = Table::new(&["SESSION", "NAME", "STATE", "STARTED", "COMMAND"]);
    for session in &sessions {
        table.row(vec![
            session.id.clone(),
            session.name.as_ref().map(|name| escape_for_display(name.as_bytes())).unwrap_or_default(),
            state_text(session),
            when_text(&session.created.to_rfc3339()),
            command_text(&session.command),
        ]);
    }
    context.output.print(|out| table.write(out))?;
    Ok(ExitStatus::Done)
}

/// Returns where a session stands, for people.
pub fn state_text(session: &Session) -> String {
    let word = match session.state {
        SessionState::Starting => "starting",
        SessionState::Running => "running",
        SessionState::Finished => "finished",
        SessionState::Committing => "committing",
        SessionState::Committed => "committed",
        SessionState::Aborted => "aborted",
        SessionState::Broken => "broken",
    };
    match (session.state, session.exit_status) {
        (SessionState::Finished, Some(status)) if status != 0 => format!("{word} ({status})"),
        _ => word.to_owned(),
    }
}

/// Returns an RFC 3339 time without its fraction and zone letters: `2026-01-31 12:00:00`, in UTC.
pub fn when_text(rfc3339: &str) -> String {
    rfc3339.chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// Returns a command on one line, quoted where a shell would need it, escaped for a terminal.
pub fn command_text(command: &[Vec<u8>]) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-+./:=@%,".contains(b);
    let words = command.iter().map(|word| {
        let text = escape_for_display(word);
        if !word.is_empty() && word.iter().all(plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
