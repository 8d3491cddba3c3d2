//! The command line and the app's helper process: parses, runs one command, prints its answer or error, exits.

mod actions;
mod after_run;
mod args;
mod commands;
mod context;
mod exit_status;
mod frozen_question;
mod left_behind;
mod output;
mod persons_environment;
mod policy;
mod present;
mod progress;
mod raw_terminal;
mod saved_choices;
mod selection;
mod serve;
mod shown_json;
mod signals;
mod sink;
mod table;
mod terminal_relay;
mod terminal_sieve;
mod wire;

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Parser as _};
use see_core::error::{ErrorCode, SeeError};
use see_core::session::is_plain;
use serde_json::json;

use crate::args::Cli;
use crate::context::Context;
use crate::exit_status::ExitStatus;

fn main() -> ExitCode {
    see_sys::signals::settle();
    let status = match Cli::try_parse() {
        Ok(cli) => run(&cli),
        Err(error) => refuse(error),
    };
    status.into()
}

/// Runs the command that was asked for and tells its error.
fn run(cli: &Cli) -> ExitStatus {
    let context = Context::new(&cli.global);
    match become_modest().and_then(|()| commands::run(&context, &cli.command)) {
        Ok(status) => status,
        Err(mut error) => {
            // What is to be typed has the session's name in it, as the person gave it.
            if let Some(session) = cli.command.session().filter(|name| is_plain(name)) {
                error.hint = error.hint.replace("SESSION", session);
            }
            context.output.error(&error);
            cli.command.status_of(error.code)
        }
    }
}

/// As root: gives up the rights that no part of Alcatraz needs.
fn become_modest() -> Result<(), Box<SeeError>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    see_sys::identity::give_up_what_is_never_needed().map_err(|e| {
        SeeError::new(
            ErrorCode::PermissionDenied,
            format!("Rights that are not needed could not be given up: {e}."),
            "Run it as root with every capability, or as an ordinary user.",
        )
    })
}

/// Answers help and version; tells what is wrong with the words that were typed.
fn refuse(mut error: clap::Error) -> ExitStatus {
    let given: Vec<_> = std::env::args_os().take_while(|argument| argument != "--").collect();
    let json = given.iter().any(|argument| argument == "--json");
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let text = error.render().to_string();
        return match json {
            true => ExitStatus::of_printing(&writeln!(std::io::stdout(), "{}", json!({ "text": text }))),
            false => ExitStatus::of_printing(&error.print()),
        };
    }
    // Lists of commands, and those that are alike, name what nobody types as well; and a tip to write words behind `--`
    // is wrong for a value.
    error.remove(ContextKind::ValidSubcommand);
    error.remove(ContextKind::Suggested);
    let is_hidden = |name: &str| Cli::command().find_subcommand(name).is_some_and(clap::Command::is_hide_set);
    match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::String(name)) if is_hidden(name) => {
            error.remove(ContextKind::SuggestedSubcommand);
        }
        Some(ContextValue::Strings(names)) if names.iter().any(|name| is_hidden(name)) => {
            error.remove(ContextKind::SuggestedSubcommand);
        }
        _ => {}
    }
    if json {
        let hint = "See the usage with: alcatraz help";
        output::json_error(&SeeError::new(
            ErrorCode::BadRequest,
            complaint(&error.render().to_string()),
            hint,
        ));
    } else if let Err(e) = error.print() {
        return ExitStatus::of_printing(&Err(e));
    }
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(given);
    match matches.as_ref().ok().and_then(|matches| matches.subcommand_name()) {
        Some("run" | "enter" | "inspect") => ExitStatus::CannotRun,
        _ => ExitStatus::Usage,
    }
}

/// Returns what the words' parser complains of as one line, without the usage that follows.
fn complaint(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let said = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let said: Vec<_> = said.filter(|line| !line.is_empty()).collect();
    said.join(" ").trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_names_what_is_missing() {
        let error = Cli::try_parse_from(["alcatraz", "changes"]).unwrap_err();
        let said = complaint(&error.render().to_string());
        assert_eq!(said, "the following required arguments were not provided: <SESSION>");
    }
}
