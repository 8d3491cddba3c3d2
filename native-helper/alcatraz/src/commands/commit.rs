//! `alcatraz commit`: brings changes to the host, all or nothing.

use see_core::error::{ErrorCode, Result, SeeError};

use crate::actions;
use crate::args::CommitArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::conflicts::{aside_lines, other_names_lines};
use crate::present::text::{count_text, dropped_text};
use crate::selection::{ignore_list, merged_files, selection};
use crate::wire::commit::CommitResult;

pub fn run(context: &Context, args: &CommitArgs) -> Result<ExitStatus> {
    let mut selection = selection(&args.only, &args.skip, &args.resolve)?;
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    selection.ignore = ignore_list(&store, &args.ignore)?;
    if !args.merged.is_empty() {
        actions::add_merged(
            &store,
            &session,
            &mut selection,
            &merged_files(&args.merged)?,
            &context.monitor(),
        )?;
    }
    let done = actions::commit(&store, &session, &selection, args.dry_run, &context.host_monitor()?);
    let result = done.map_err(|error| {
        hinting(
            error,
            "Decide with --resolve PATH=CHOICE, one of those in brackets, or leave it out with --skip PATH.",
        )
    })?;
    if context.output.json {
        context.output.json(&result)?;
    } else {
        context.output.print(|out| writeln!(out, "{}", told(&result, args.dry_run)))?;
    }
    Ok(ExitStatus::Done)
}

/// Returns the error with what to type about its conflicts.
pub fn hinting(mut error: Box<SeeError>, hint: &str) -> Box<SeeError> {
    if error.code == ErrorCode::Conflicts {
        hint.clone_into(&mut error.hint);
    }
    error
}

/// Returns what a commit did, for people.
pub fn told(result: &CommitResult, dry_run: bool) -> String {
    let applied = count_text(result.applied, "change");
    let left_out = match result.skipped {
        0 => String::new(),
        skipped => format!(" Left out: {skipped}."),
    };
    let dropped = dropped_text(&result.dropped);
    // What is to be typed comes last: a word behind it would be taken for a part of it.
    let mut text = match (dry_run, result.applied) {
        (true, _) => format!("Nothing stands in the way of a commit; {applied} would be made.{left_out}"),
        (false, 0) => format!("There was nothing to commit.{left_out}"),
        (false, _) => format!(
            "Committed {applied} as {0}.{left_out}{dropped} Take it back with: alcatraz undo {0}",
            result.commit
        ),
    };
    if let Some(first) = result.differing.first() {
        let path = first.to_host_path().map(|path| path.display()).unwrap_or_default();
        text.push_str(&format!(
            "\nAt {}, {path} the first, the host is not as it was committed: somebody else changed it meanwhile.",
            count_text(u64::try_from(result.differing.len()).unwrap_or(u64::MAX), "path")
        ));
    }
    let shared = other_names_lines(&result.other_names);
    for line in aside_lines(&result.joined, &result.ignored).into_iter().chain(shared) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}
