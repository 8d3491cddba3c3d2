//! `alcatraz changes`: what differs from the host.

use see_core::change::{Change, Summary};
use see_core::changes::found::Found;
use see_core::error::Result;
use see_core::path::{HostPath, PathRef};
use serde::Serialize;

use crate::actions;
use crate::args::ChangesArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::changes::{summary_text, write_changes, write_unlisted};
use crate::selection::host_path;
use crate::wire::session::SessionHead;

#[derive(Serialize)]
struct Answer<'a> {
    session: SessionHead,
    changes: Vec<&'a Change>,
    summary: Summary,
    /// Directories whose entries could not be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unlisted: Vec<PathRef>,
}

pub fn run(context: &Context, args: &ChangesArgs) -> Result<ExitStatus> {
    let path = args.path.as_deref().map(host_path).transpose()?;
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    let set = actions::scan(&store, &session, &context.monitor())?;
    let found: &[Found] = match &path {
        Some(path) => set.within(path),
        None => &set.found,
    };
    let changes = found.iter().map(|found| &found.change);
    let asked = |dir: &&HostPath| path.as_ref().is_none_or(|path| dir.is_within(path));
    let unlisted: Vec<&HostPath> = set.unlisted.iter().filter(asked).collect();
    if let Some(path) = path.as_ref().filter(|_| found.is_empty() && unlisted.is_empty()) {
        return Err(actions::no_such_change(path));
    }
    let mut summary = Summary::default();
    changes.clone().for_each(|change| summary.add(change));
    if context.output.json {
        let unlisted = unlisted.into_iter().map(HostPath::to_ref).collect();
        let session = SessionHead::from(&session);
        context.output.json(&Answer { session, changes: changes.collect(), summary, unlisted })?;
    } else {
        context.output.print(|out| {
            write_changes(out, context.output, changes)?;
            write_unlisted(out, context.output, unlisted.into_iter())
        })?;
        context.output.say(&summary_text(&summary));
    }
    Ok(ExitStatus::Done)
}
