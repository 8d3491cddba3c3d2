//! `alcatraz profile`: choices for a run, saved by name.

use see_core::error::Result;
use see_core::path::escape_for_display;
use see_core::profiles::{Profile, Profiles};
use see_core::store::lines;
use serde_json::json;

use crate::args::ProfileArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::present::text::command_text;
use crate::saved_choices;

pub fn run(context: &Context, args: &ProfileArgs) -> Result<ExitStatus> {
    let is_to_change = !args.options.is_empty() || !args.remove.is_empty();
    let store = if is_to_change { context.make_store()? } else { context.open_store()? };
    let held = is_to_change.then(|| lines::hold(&store)).transpose()?;
    let mut profiles = Profiles::of(&store)?;
    if is_to_change {
        args.remove.iter().try_for_each(|name| profiles.remove(name))?;
        if let Some(name) = args.name.clone().filter(|_| !args.options.is_empty()) {
            let profile = Profile { name, options: args.options.clone() };
            saved_choices::check(&profile)?;
            profiles.put(profile)?;
        }
    }
    let shown = match &args.name {
        Some(name) => std::slice::from_ref(profiles.find(name)?),
        None => profiles.all(),
    };
    if is_to_change {
        profiles.save(&store)?;
    }
    drop(held);
    if context.output.json {
        context.output.json(&json!({ "profiles": shown }))?;
    } else if shown.is_empty() {
        context
            .output
            .say("No choices are saved. Save some with: alcatraz profile NAME --net web --quota 2G");
    } else {
        context.output.print(|out| {
            shown.iter().try_for_each(|Profile { name, options }| {
                let options: Vec<_> = options.iter().map(|option| option.clone().into_bytes()).collect();
                writeln!(out, "{}: {}", escape_for_display(name.as_bytes()), command_text(&options))
            })
        })?;
    }
    Ok(ExitStatus::Done)
}
