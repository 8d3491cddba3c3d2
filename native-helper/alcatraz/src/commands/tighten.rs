//! `alcatraz tighten`: allows a session less from now on, also while it runs.

use see_core::engine;
use see_core::error::{ErrorCode, Result, SeeError};
use see_core::policy::Tightening;
use serde_json::json;

use crate::args::TightenArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::wire::session::WireSession;

pub fn run(context: &Context, args: &TightenArgs) -> Result<ExitStatus> {
    let to = Tightening {
        net: args.net.map(super::run::net),
        lan: args.no_lan.then_some(false),
        clipboard: args.no_clipboard.then_some(false),
        quota: args.quota,
        floor: args.floor,
        processes: args.processes,
        memory: args.memory,
    };
    if to == Tightening::default() {
        return Err(SeeError::new(
            ErrorCode::BadRequest,
            "There is nothing to tighten.",
            "Say what is left: alcatraz tighten SESSION --net none",
        ));
    }
    let store = context.open_store()?;
    let session = engine::tighten(&store, &store.find_session(&args.session)?, &to)?;
    if context.output.json {
        context.output.json(&json!({ "session": WireSession::from(&session) }))?;
    } else {
        context.output.say(&format!("The session {} is allowed less now.", session.handle()));
    }
    Ok(ExitStatus::Done)
}
