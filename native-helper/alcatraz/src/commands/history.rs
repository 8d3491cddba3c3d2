//! `alcatraz history`: the commits, the newest first.

use see_core::commit::record::{CommitRecord, CommitState};
use see_core::commit::waiting_undos;
use see_core::error::{Result, SeeError};
use see_core::store::Store;
use serde_json::json;

use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::{command_text, when_text};
use crate::table::{Table, human_size};
use crate::wire::commit::WireCommit;

pub fn run(context: &Context) -> Result<ExitStatus> {
    let store = context.open_store()?;
    if context.output.json {
        context.output.json(&json!({ "commits": told(&store)? }))?;
        return Ok(ExitStatus::Done);
    }
    let commits = done(&store)?;
    if commits.is_empty() {
        context.output.say("No commits yet.");
        return Ok(ExitStatus::Done);
    }
    let waiting = waiting_undos(&store)?;
    let mut table = Table::new(&["COMMIT", "SESSION", "TIME", "CHANGES", "UNDO", "BACKUP", "COMMAND"]);
    for commit in &commits {
        table.row(vec![
            commit.id.clone(),
            commit.session.clone(),
            when_text(&commit.time.to_rfc3339()),
            commit.applied.to_string(),
            undo_text(commit, &waiting),
            if commit.has_backup { human_size(commit.backup) } else { String::new() },
            command_text(&commit.command),
        ]);
    }
    context.output.print(|out| table.write(out))?;
    Ok(ExitStatus::Done)
}

/// Returns the commits in their wire form, with what was noted.
pub fn told(store: &Store) -> Result<Vec<WireCommit>> {
    let waiting = waiting_undos(store)?;
    let told = |commit: &CommitRecord| {
        let waits = what_waits(commit, &waiting).cloned().map(Box::new);
        Ok(WireCommit::new(commit, store.notes(&commit.session)?, waits))
    };
    done(store)?.iter().map(told).collect()
}

/// Returns the commits of the host's history, the newest first: what was reverted left nothing there.
fn done(store: &Store) -> Result<Vec<CommitRecord>> {
    let mut commits = store.commits()?;
    commits.retain(|commit| commit.state == CommitState::Done);
    Ok(commits)
}

/// Commits whose undo waits, each with the error that tells for what.
type Waiting = [(String, Box<SeeError>)];

fn what_waits<'a>(commit: &CommitRecord, waiting: &'a Waiting) -> Option<&'a SeeError> {
    waiting.iter().find(|(undone, _)| *undone == commit.id).map(|(_, error)| error.as_ref())
}

fn undo_text(commit: &CommitRecord, waiting: &Waiting) -> String {
    if what_waits(commit, waiting).is_some() {
        return "waits".to_owned();
    }
    match (&commit.undone_by, &commit.undid) {
        (Some(by), _) => format!("undone by {by}"),
        (None, Some(of)) => format!("undid {of}"),
        (None, None) if commit.is_undoable() => "possible".to_owned(),
        (None, None) => "dropped".to_owned(),
    }
}
