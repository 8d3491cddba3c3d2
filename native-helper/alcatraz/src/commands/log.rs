//! `alcatraz log`: what happened in a session, as far as it was recorded.

use see_core::error::Result;

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::output::Output;
use crate::present::log as present;
use crate::table::Table;

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let log = actions::log(&store, &session, 0)?;
    let output = context.output;
    if output.json {
        output.json(&log)?;
        return Ok(ExitStatus::Done);
    }
    show(output, &["TIME", "END", "PROGRAM"], present::programs(&log))?;
    show(
        output,
        &["TIME", "NETWORK", "ADDRESS", "VERDICT", "PROGRAM"],
        log.network.iter().map(present::network).collect(),
    )?;
    show(output, &["TIME", "REFUSED", "PROGRAM"], log.refused.iter().map(present::refused).collect())?;
    if log.network.is_empty() {
        output.say("No program of this session tried to use the network.");
    }
    if let Some(dropped) = present::dropped(&log) {
        output.say(&format!("There was more than there is room for: {dropped} more are not kept."));
    } else if !log.complete {
        output.say("A part of this record was lost.");
    }
    Ok(ExitStatus::Done)
}

fn show(output: Output, headings: &[&str], rows: Vec<Vec<String>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(headings);
    rows.into_iter().for_each(|row| table.row(row));
    output.print(|out| table.write(out).and_then(|()| writeln!(out)))
}
