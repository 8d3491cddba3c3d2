//! The command line and the app's helper process: parses, runs one command, prints its answer or error, exits.

mod actions;
mod after_run;
mod args;
mod commands;
mod context;
mod exit_status;
mod frozen_question;
mod output;
mod policy;
mod present;
mod progress;
mod selection;
mod serve;
mod table;
mod terminal_relay;
mod wire;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use see_core::error::{ErrorCode, SeeError};

use crate::args::Cli;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::output::Output;

fn main() -> ExitCode {
    see_sys::signals::settle();
    let status = match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) => refuse(&error),
    };
    status.into()
}

/// Runs the command that was asked for and tells its error.
fn run(cli: Cli) -> ExitStatus {
    let runs_program = cli.command.runs_program();
    let output = Output::new(&cli.global);
    match become_modest().and_then(|()| commands::run(&Context::new(cli.global), &cli.command)) {
        Ok(status) => status,
        Err(error) => {
            output.error(&error);
            if runs_program {
                ExitStatus::of_program_error(error.code)
            } else {
                ExitStatus::of_error(error.code)
            }
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
fn refuse(error: &clap::Error) -> ExitStatus {
    use clap::error::ErrorKind;
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return ExitStatus::of_printing(&error.print());
    }
    let given: Vec<_> = std::env::args_os().take_while(|argument| argument != "--").collect();
    if given.iter().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let hint = "See the usage with: alcatraz help";
        output::json_error(&SeeError::new(ErrorCode::BadRequest, first, hint));
    } else if let Err(e) = error.print() {
        return ExitStatus::of_printing(&Err(e));
    }
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(given);
    let command = matches.as_ref().ok().and_then(|matches| matches.subcommand_name());
    match command {
        Some("run" | "enter" | "retry") => ExitStatus::CannotRun,
        _ => ExitStatus::Usage,
    }
}
