//! `alcatraz hidden`: the places that every session finds empty.

use see_core::error::{ErrorCode, Result, SeeError};
use see_core::hiding::HidingList;
use see_core::path::escape_for_display;
use see_core::store::lines;
use serde_json::json;

use crate::args::HiddenArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::policy::absolute;

pub fn run(context: &Context, args: &HiddenArgs) -> Result<ExitStatus> {
    let is_to_change = !args.add.is_empty() || !args.remove.is_empty();
    let store = if is_to_change { context.make_store()? } else { context.open_store()? };
    let held = is_to_change.then(|| lines::hold(&store)).transpose()?;
    let mut list = HidingList::of(&store)?;
    if is_to_change {
        let gone = args.remove.iter().map(|path| absolute(path)).collect::<Result<Vec<String>>>()?;
        if let Some(unknown) = gone.iter().find(|gone| !list.places().contains(gone)) {
            let shown = escape_for_display(unknown.as_bytes());
            let message = format!("{shown} is not in the list of hidden places.");
            return Err(SeeError::new(ErrorCode::BadRequest, message, "See the list with: alcatraz hidden"));
        }
        let kept = list.places().iter().filter(|place| !gone.contains(place)).cloned();
        let new = args.add.iter().map(|path| absolute(path)).collect::<Result<Vec<String>>>()?;
        list = HidingList::new(kept.chain(new))?;
        list.save(&store)?;
    }
    drop(held);
    if context.output.json {
        context.output.json(&json!({ "places": list.places() }))?;
    } else if list.places().is_empty() {
        context.output.say("No place is always hidden. Hide one with: alcatraz hidden ~/Documents/private");
    } else {
        context.output.print(|out| {
            let mut places = list.places().iter().map(|place| escape_for_display(place.as_bytes()));
            places.try_for_each(|place| writeln!(out, "{place}"))
        })?;
    }
    Ok(ExitStatus::Done)
}
