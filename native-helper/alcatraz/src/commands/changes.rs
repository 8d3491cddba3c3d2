//! `alcatraz changes`: what differs from the host.

use see_core::change::{Change, Summary};
use see_core::changes::found::Found;
use see_core::error::Result;
use serde::Serialize;

use crate::actions;
use crate::args::ChangesArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::changes::{summary_text, write_changes};
use crate::selection::host_path;
use crate::wire::session::SessionHead;

#[derive(Serialize)]
struct Answer<'a> {
    session: SessionHead,
    changes: Vec<&'a Change>,
    summary: Summary,
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
    let mut summary = Summary::default();
    changes.clone().for_each(|change| summary.add(change));
    if context.output.json {
        let answer = Answer { session: SessionHead::from(&session), changes: changes.collect(), summary };
        context.output.json(&answer)?;
    } else {
        context.output.print(|out| write_changes(out, context.output, changes))?;
        context.output.say(&summary_text(&summary));
    }
    Ok(ExitStatus::Done)
}
