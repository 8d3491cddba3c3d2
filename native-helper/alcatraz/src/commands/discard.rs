//! `alcatraz discard`: takes changes back inside a session that has ended.

use see_core::error::Result;

use crate::actions;
use crate::args::DiscardArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::count_text;
use crate::selection::host_path;

pub fn run(context: &Context, args: &DiscardArgs) -> Result<ExitStatus> {
    let paths = args.paths.iter().map(|path| host_path(path)).collect::<Result<Vec<_>>>()?;
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let result = actions::discard(&store, &session, &paths, None, &context.host_monitor()?)?;
    if context.output.json {
        context.output.json(&result)?;
    } else {
        let many = count_text(result.discarded, "change");
        context.output.say(&format!("Discarded {many} of the session {}.", session.handle()));
    }
    Ok(ExitStatus::Done)
}
