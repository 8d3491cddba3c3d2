//! `alcatraz stop`: ends the programs of a session; its changes stay.

use see_core::cause::SessionCause;
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
        let handle = session.handle();
        context.output.say(&match session.why {
            Some(SessionCause::Unheeded) => {
                format!(
                    "Killed the session {handle}: it did not end when it was asked to. Its changes are kept."
                )
            }
            _ => format!("Stopped the session {handle}. Its changes are kept."),
        });
    }
    Ok(ExitStatus::Done)
}
