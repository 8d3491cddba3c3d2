//! `alcatraz completions`: a completion script for a shell.

use clap::CommandFactory as _;
use see_core::error::Result;
use serde_json::json;

use crate::args::{Cli, CompletionsArgs};
use crate::context::Context;
use crate::exit_status::ExitStatus;

pub fn run(context: &Context, args: &CompletionsArgs) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "alcatraz", &mut script);
    if context.output.json {
        context.output.json(&json!({ "script": String::from_utf8_lossy(&script) }))?;
    } else {
        context.output.print(|out| out.write_all(&script))?;
    }
    Ok(ExitStatus::Done)
}
