//! `alcatraz reads`: what a session has read, however much that is.

use see_core::error::Result;
use see_core::policy::Reads;
use see_core::read_set::set::ReadSet;
use see_core::reads;
use see_core::session::Session;
use see_core::store::Store;

use crate::actions;
use crate::args::SessionArg;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::{missing_text, when_text};
use crate::wire::reads::{Derived, Recorded, WireRead};

pub fn run(context: &Context, args: &SessionArg) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    match reads::recorded(&store, &session)? {
        Some(set) => recorded(context, &session, &set)?,
        None => derived(context, &store, &session)?,
    }
    Ok(ExitStatus::Done)
}

fn recorded(context: &Context, session: &Session, set: &ReadSet) -> Result<()> {
    let answer = Recorded::new(session, set);
    if context.output.json {
        return context.output.json(&answer);
    }
    context.output.print(|out| answer.reads().try_for_each(|read| line(out, &read)))?;
    if let Some(missing) = answer.missing {
        context.output.say(&format!("This list is not complete: {}.", missing_text(missing)));
    }
    Ok(())
}

/// Without a record the list is made up from the changes.
fn derived(context: &Context, store: &Store, session: &Session) -> Result<()> {
    let changes = actions::scan(store, session, &context.monitor())?;
    let all = vec![true; changes.found.len()];
    let answer = Derived::new(reads::derive(session, &changes, &all));
    if context.output.json {
        return context.output.json(&answer);
    }
    context.output.print(|out| answer.reads.iter().try_for_each(|read| line(out, read)))?;
    let why = if session.policy.reads == Reads::Off { "were not recorded" } else { "are not known" };
    context.output.say(&format!(
        "The reads of this session {why}: this is what its changes rest on, seen when it began."
    ));
    Ok(())
}

fn line(out: &mut dyn std::io::Write, read: &WireRead) -> std::io::Result<()> {
    let path = read.path.to_host_path().map(|path| path.display()).unwrap_or_default();
    writeln!(out, "{}  {:<9}  {path}", when_text(&read.first_seen), read.seen)
}
