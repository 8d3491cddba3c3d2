//! `alcatraz check`: does the criterion hold? Changes nothing.

use see_core::commit::selection::Selection;
use see_core::error::Result;

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::conflicts::conflict_lines;
use crate::present::text::count_text;

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let result = actions::check(&store, &session, &Selection::default(), &context.monitor())?;
    if context.output.json {
        context.output.json(&result)?;
    } else {
        context.output.print(|out| {
            if result.consistent {
                return writeln!(out, "Consistent: a commit would go through.");
            }
            let count = u64::try_from(result.conflicts.len()).unwrap_or(u64::MAX);
            writeln!(out, "{}; a commit would be refused:", count_text(count, "conflict"))?;
            conflict_lines(&result.conflicts).iter().try_for_each(|line| writeln!(out, "{line}"))
        })?;
    }
    Ok(if result.consistent { ExitStatus::Done } else { ExitStatus::Conflicts })
}
