//! `alcatraz abort`: throws a session's changes away.

use see_core::commit::record::{CommitRecord, CommitState};
use see_core::error::Result;
use see_core::session::Session;
use see_core::store::Store;
use serde_json::json;

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::count_text;
use crate::wire::session::WireSession;

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let layers = count_text(u64::try_from(session.layers.len()).unwrap_or(u64::MAX), "layer");
    let session = actions::abort(&store, &session)?;
    context.output.detail(&format!("Its programs are ended, and {layers} removed."));
    if context.output.json {
        context.output.json(&json!({ "session": WireSession::from(&session) }))?;
    } else {
        context.output.say(&told(&store, &session)?);
    }
    Ok(ExitStatus::Done)
}

/// Returns what an abort did, for people: what was committed before stays.
fn told(store: &Store, session: &Session) -> Result<String> {
    let name = session.handle();
    let stays: Vec<CommitRecord> = store
        .commits()?
        .into_iter()
        .filter(|commit| {
            commit.session == session.id
                && commit.state == CommitState::Done
                && commit.undid.is_none()
                && commit.undone_by.is_none()
        })
        .collect();
    let Some(last) = stays.first() else {
        return Ok(format!("Aborted {name}; the host is as it was."));
    };
    let count = count_text(stays.iter().map(|commit| commit.applied).sum(), "change");
    Ok(format!(
        "Aborted {name}: what was left of it is gone. Committed before, and still there: {count}. Take back the last of it with: alcatraz undo {}",
        last.id
    ))
}
