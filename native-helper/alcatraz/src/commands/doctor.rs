//! `alcatraz doctor`: what this machine can enforce, row by row, with the mend.

use see_core::doctor::{self, Status};
use see_core::error::Result;
use serde_json::json;

use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::output::Style;
use crate::wire::doctor::WireRow;

pub fn run(context: &Context) -> Result<ExitStatus> {
    let mut rows = doctor::rows(context.store_dir())?;
    rows.extend(doctor::left_behind());
    let rows: Vec<_> = rows.into_iter().map(WireRow::from).collect();
    if context.output.json {
        context.output.json(&json!({ "rows": rows }))?;
        return Ok(ExitStatus::Done);
    }
    context.output.print(|out| {
        for row in &rows {
            let (style, word) = match row.status {
                Status::Full => (Style::Green, "full   "),
                Status::Partial => (Style::Yellow, "partial"),
                Status::None => (Style::Red, "none   "),
            };
            writeln!(out, "{}  {}", context.output.paint(style, word), row.feature)?;
            for (label, text) in [("why: ", &row.why), ("mend:", &row.mend)] {
                if let Some(text) = text {
                    writeln!(out, "         {label} {text}")?;
                }
            }
        }
        Ok(())
    })?;
    Ok(ExitStatus::Done)
}
