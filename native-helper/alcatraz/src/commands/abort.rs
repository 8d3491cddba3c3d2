//! `alcatraz abort`: throws a session's changes away.

use see_core::error::Result;
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
        context.output.say(&format!("Aborted {}; the host is as it was.", session.id));
    }
    Ok(ExitStatus::Done)
}
