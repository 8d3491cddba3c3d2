//! `alcatraz resume`: lets a frozen session go on, or changes the quota of one that runs.

use see_core::error::Result;
use serde_json::json;

use crate::actions;
use crate::args::{Limit, ResumeArgs};
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::table::human_size;
use crate::wire::session::WireSession;

pub fn run(context: &Context, args: &ResumeArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let quota = args.quota.and_then(|Limit(bytes)| bytes);
    let unlimited = args.quota == Some(Limit(None));
    let session = actions::resume(&store, &store.find_session(&args.session)?, quota, unlimited)?;
    if context.output.json {
        context.output.json(&json!({ "session": WireSession::from(&session) }))?;
    } else {
        let quota = session.policy.quota.map(|quota| format!(" Its quota is {}.", human_size(quota)));
        context.output.say(&format!(
            "The session {} goes on.{}",
            session.handle(),
            quota.unwrap_or_default()
        ));
    }
    Ok(ExitStatus::Done)
}
