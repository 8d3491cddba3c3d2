//! `alcatraz relayed`: a command of ours as `serve` runs it for an app that may not: on the pty that stdout is, as the leader of a
//! login session. Stdin brings what the app's person says of a program that it starts; this process keeps its own environment.

use std::io::Read as _;
use std::os::fd::AsFd as _;

use clap::Parser as _;
use rustix::io::Errno;
use see_core::error::{ErrorCode, Result, SeeError};
use serde::{Deserialize, Serialize};

use crate::args::{Cli, Command, RelayedArgs};
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::persons_environment::{self, LARGEST, Variables};
use crate::terminal_relay::failed;

/// What the app's person says of a program that is to be started.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Started {
    /// Where.
    pub cwd: Option<String>,
    /// With which variables.
    pub env: Variables,
}

pub fn run(args: &RelayedArgs) -> Result<ExitStatus> {
    let started = started()?;
    take_terminal().map_err(|e| failed("terminal", e))?;
    let words = std::iter::once("alcatraz".into()).chain(args.command.iter().cloned());
    let cli = Cli::try_parse_from(words).map_err(|e| refused(&e.to_string()))?;
    let context = Context::new(&cli.global);
    let status = match &cli.command {
        Command::Enter(args) => {
            let mut spec = super::run::request(&args.command, args.run_as.as_deref(), args.tty);
            // No program starts in a place that is gone.
            let cwd = started.cwd.filter(|cwd| std::fs::metadata(cwd).is_ok_and(|place| place.is_dir()));
            spec.cwd = cwd.map(String::into_bytes);
            persons_environment::give(&mut spec, started.env)
                .and_then(|()| super::enter::with(&context, args, spec))
        }
        Command::Attach(_) | Command::Inspect(_) => super::run(&context, &cli.command),
        _ => Err(refused("it needs no terminal")),
    };
    // Told on the terminal, where whoever asked for it looks.
    Ok(status.unwrap_or_else(|error| {
        context.output.error(&error);
        cli.command.status_of(error.code)
    }))
}

/// Reads it, as JSON, to the end of stdin.
fn started() -> Result<Started> {
    let mut text = Vec::new();
    let limit = u64::try_from(8 * LARGEST).unwrap_or(u64::MAX);
    std::io::stdin().lock().take(limit).read_to_end(&mut text).map_err(|e| refused(&e.to_string()))?;
    serde_json::from_slice(&text).map_err(|e| refused(&e.to_string()))
}

/// Makes the terminal on stdout this process's own.
fn take_terminal() -> rustix::io::Result<()> {
    let terminal = rustix::stdio::stdout();
    rustix::stdio::dup2_stdin(terminal)?;
    match rustix::process::setsid() {
        // It leads one already, as whoever was started by hand may.
        Ok(_) | Err(Errno::PERM) => {}
        Err(e) => return Err(e),
    }
    rustix::process::ioctl_tiocsctty(terminal.as_fd())
}

fn refused(why: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("This command cannot be relayed: {why}."),
        "alcatraz serve runs it for the app.",
    )
}
