//! `alcatraz export`: the changed files, as a tar archive.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::export::{self, Exported};
use see_core::path::escape_for_display;
use serde_json::json;

use crate::actions;
use crate::args::ExportArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::count_text;

pub fn run(context: &Context, args: &ExportArgs) -> Result<ExitStatus> {
    if context.output.json && args.output.as_os_str() == "-" {
        return Err(SeeError::new(
            ErrorCode::BadRequest,
            "stdout cannot be both the archive and a JSON document.",
            "Give the archive a name, or leave out --json.",
        ));
    }
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let monitor = context.monitor();
    let changes = actions::scan(&store, &session, &monitor)?;
    if args.output.as_os_str() == "-" {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let exported = export::export(&session, &changes, &mut out, &monitor)?;
        out.flush().map_err(|e| failed(&args.output, &e))?;
        return tell(context, &args.output, exported);
    }
    // Under its own name only when it is whole: nobody takes half an archive for one.
    let part = part_of(&args.output);
    let file = File::create_new(&part).map_err(|e| match e.kind() {
        // Only then is it what the person can do something about.
        std::io::ErrorKind::AlreadyExists => failed(&part, &e),
        _ => failed(&args.output, &e),
    })?;
    let mut out = BufWriter::with_capacity(256 * 1024, file);
    let done = export::export(&session, &changes, &mut out, &monitor).and_then(|exported| {
        let written = out.flush().and_then(|()| out.get_ref().sync_all());
        written.and_then(|()| std::fs::rename(&part, &args.output)).map_err(|e| failed(&args.output, &e))?;
        Ok(exported)
    });
    if done.is_err() {
        // The error that matters is the one that is told.
        let _ = std::fs::remove_file(&part);
    }
    tell(context, &args.output, done?)
}

fn tell(context: &Context, output: &Path, exported: Exported) -> Result<ExitStatus> {
    let Exported { entries, deleted, other, gone } = exported;
    if context.output.json {
        let file = output.to_string_lossy();
        context.output.json(
            &json!({ "file": file, "entries": entries, "deleted": deleted, "other": other, "gone": gone }),
        )?;
        return Ok(ExitStatus::Done);
    }
    context.output.say(&format!("Exported {}.", count_text(entries, "object")));
    if deleted > 0 {
        context.output.say(&format!("An archive cannot hold deletions: {deleted} are not in it."));
    }
    if other > 0 {
        context.output.say(&format!("Sockets and devices are not exported: {other} are not in it."));
    }
    if gone > 0 {
        context.output.say(&format!("Gone before they could be read: {gone} are not in it."));
    }
    Ok(ExitStatus::Done)
}

fn part_of(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn failed(path: &Path, error: &std::io::Error) -> Box<SeeError> {
    use std::os::unix::ffi::OsStrExt as _;
    let shown = escape_for_display(path.as_os_str().as_bytes());
    SeeError::new(
        ErrorCode::Io,
        format!("{shown} cannot be written: {error}."),
        "Choose another place for it.",
    )
}
