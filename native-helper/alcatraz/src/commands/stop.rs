//! `alcatraz stop`: ends the programs of a session; its changes stay.

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
    let session = actions::stop(&store, &session)?;
    if context.output.json {
        context.output.json(&json!({ "session": WireSession::from(&session) }))?;
    } else {
        context.output.say(&format!("Stopped the session {}. Its changes are kept.", session.handle()));
    }
    Ok(ExitStatus::Done)
}
