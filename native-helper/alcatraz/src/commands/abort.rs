//! `alcatraz abort`: throws a session's changes away.

use see_core::error::Result;
use serde_json::json;

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::wire::session::WireSession;

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let session = actions::abort(&store, &session)?;
    if context.output.json {
        context.output.json(&json!({ "session": WireSession::from(&session) }))?;
    } else {
        context.output.say(&format!("Aborted {}; the host is as it was.", session.id));
    }
    Ok(ExitStatus::Done)
}
