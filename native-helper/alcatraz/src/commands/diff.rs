//! `alcatraz diff`: the changes of text line by line, and facts for the rest.

use std::io::{IsTerminal as _, Write};

use rustix::io::Errno;
use see_core::changes::found::ChangeSet;
use see_core::diff::{self, Output};
use see_core::error::{Result, SeeError};
use see_core::merge::{self, How, Preview, three_way};
use see_core::path::escape_text_for_display;
use see_core::session::Session;
use serde_json::json;

use crate::actions;
use crate::args::DiffArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::selection::host_path;

pub fn run(context: &Context, args: &DiffArgs) -> Result<ExitStatus> {
    let paths = args.paths.iter().map(|path| host_path(path)).collect::<Result<Vec<_>>>()?;
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let changes = actions::scan(&store, &session, &context.monitor())?;
    if let Some(path) = &args.merge {
        let path = host_path(path)?;
        let found = changes.get(&path).ok_or_else(|| actions::no_such_change(&path))?;
        return merged(context, &merge::preview(&store, &session, found)?);
    }
    if context.output.json {
        let mut text = Vec::new();
        diff::unified(&session, &changes, &paths, Output::Plain, &mut text)?;
        context.output.json(&json!({ "diff": String::from_utf8_lossy(&text) }))?;
        return Ok(ExitStatus::Done);
    }
    let to = if std::io::stdout().is_terminal() { Output::Terminal } else { Output::Plain };
    let mut failed = None;
    context.output.print(|out| {
        match diff::unified(&session, &changes, &paths, to, out) {
            Ok(()) => Ok(()),
            Err(error) if is_broken_pipe(&error) => Err(std::io::ErrorKind::BrokenPipe.into()),
            Err(error) => {
                // What was told before it stays told.
                failed = Some(error);
                Ok(())
            }
        }
    })?;
    failed.map_or(Ok(ExitStatus::Done), Err)
}

/// Prints what a merge makes of a file; what it cannot decide is marked, as version control tools do.
fn merged(context: &Context, preview: &Preview) -> Result<ExitStatus> {
    if context.output.json {
        context.output.json(preview)?;
        return Ok(ExitStatus::Done);
    }
    let text = three_way::marked_text(&preview.hunks);
    let text = match std::io::stdout().is_terminal() {
        true => escape_text_for_display(text.as_bytes()),
        false => text,
    };
    context.output.print(|out| out.write_all(text.as_bytes()))?;
    if preview.omitted > 0 {
        context
            .output
            .say(&format!("The first {} bytes, where nothing changed, are not shown.", preview.omitted));
    }
    Ok(if preview.how == How::ByHand { ExitStatus::Conflicts } else { ExitStatus::Done })
}

/// Writes the diff of all changes for a person at a terminal.
pub fn write(out: &mut dyn Write, session: &Session, changes: &ChangeSet) -> Result<()> {
    diff::unified(session, changes, &[], Output::Terminal, out)
}

fn is_broken_pipe(error: &SeeError) -> bool {
    error.errno() == Some(Errno::PIPE)
}
