//! `alcatraz resume`: lets a frozen session go on, or gives one that runs more.

use see_core::engine::request::More;
use see_core::error::Result;
use see_core::policy::Policy;
use serde_json::json;

use crate::actions;
use crate::args::{Limit, ResumeArgs};
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::near::near_lines;
use crate::table::human_size;
use crate::wire::session::WireSession;

pub fn run(context: &Context, args: &ResumeArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let more = More {
        quota: args.quota.and_then(|Limit(bytes)| bytes),
        unlimited: args.quota == Some(Limit(None)),
        memory: args.memory,
        processes: args.processes,
    };
    let session = actions::resume(&store, &store.find_session(&args.session)?, more)?;
    if context.output.json {
        context.output.json(&json!({ "session": WireSession::from(&session) }))?;
    } else {
        let Policy { quota, memory, processes, .. } = &session.policy;
        let has = [
            quota.map(|quota| format!(" Its quota is {}.", human_size(quota))),
            args.memory.and(*memory).map(|most| format!(" It may use {} of memory.", human_size(most))),
            args.processes.and(*processes).map(|most| format!(" It may have {most} processes.")),
        ];
        let has: String = has.into_iter().flatten().collect();
        context.output.say(&format!("The session {} goes on.{has}", session.handle()));
        near_lines(&session).iter().for_each(|line| context.output.say(line));
    }
    Ok(ExitStatus::Done)
}
