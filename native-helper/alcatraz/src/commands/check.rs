//! `alcatraz check`: does the criterion hold? Changes nothing.

use see_core::commit::selection::Selection;
use see_core::error::Result;
use see_core::session::SessionState;

use crate::actions;
use crate::args::CheckArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::conflicts::{aside_lines, conflict_lines, other_names_lines};
use crate::present::text::{count_text, missing_text};
use crate::selection::ignore_list;

pub fn run(context: &Context, args: &CheckArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let selection = Selection { ignore: ignore_list(&store, &args.ignore)?, ..Selection::default() };
    let result = actions::check(&store, &session, &selection, &context.monitor())?;
    if context.output.json {
        context.output.json(&result)?;
    } else {
        context.output.print(|out| {
            aside_lines(&result.joined, &result.ignored)
                .iter()
                .chain(&other_names_lines(&result.other_names))
                .try_for_each(|line| writeln!(out, "{line}"))?;
            if let Some(missing) = result.missing {
                let why = missing_text(missing);
                writeln!(out, "The record of what the session read is incomplete: {why}.")?;
                writeln!(
                    out,
                    "So whatever the host has changed since the session began counts, where the session changed something."
                )?;
            }
            if result.consistent {
                return match session.state {
                    SessionState::Starting | SessionState::Running => {
                        writeln!(out, "Consistent so far. The session still runs: it can be committed when it has ended.")
                    }
                    _ if result.missing.is_some() => {
                        writeln!(out, "No conflict is known; whether there is none is not certain.")
                    }
                    _ => writeln!(out, "Consistent: no conflict stands in the way of a commit."),
                };
            }
            let count = u64::try_from(result.conflicts.len()).unwrap_or(u64::MAX);
            writeln!(out, "{}; a commit would be refused:", count_text(count, "conflict"))?;
            conflict_lines(&result.conflicts).iter().try_for_each(|line| writeln!(out, "{line}"))
        })?;
    }
    Ok(if result.consistent { ExitStatus::Done } else { ExitStatus::Conflicts })
}
