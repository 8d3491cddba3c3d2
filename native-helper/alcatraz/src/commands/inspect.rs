//! `alcatraz inspect`: a shell that sees this machine and a session side by side, and can change neither.

use std::ffi::OsString;

use see_core::engine;
use see_core::error::Result;
use see_core::policy::Clipboard;

use crate::actions;
use crate::args::InspectArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;
use crate::signals::Signals;
use crate::terminal_relay::{self, Outcome};

pub fn run(context: &Context, args: &InspectArgs) -> Result<ExitStatus> {
    let store = context.open_store()?;
    let session = store.find_session(&args.session)?;
    actions::inspectable(&session)?;
    let signals = Signals::collect(terminal_relay::channels(args.tty))?;
    let shell = || std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    let command = match args.command.as_slice() {
        [] => {
            context.output.say(
                "This machine is below /host, the session below /session.\n\
                 Nothing of them can be changed; /tmp is gone when you\n\
                 leave, and there is no network.",
            );
            vec![shell().unwrap_or_else(|| OsString::from("/bin/sh"))]
        }
        command => command.to_vec(),
    };
    let spec = super::run::request(&command, args.run_as.as_deref(), args.tty);
    let (client, lost) = engine::inspect(&store, &session, spec)?;
    for point in lost {
        context.output.say(&format!(
            "Not shown: what the session changed below {}. Its file system is not there now, or cannot be covered: mount it, \
             then inspect the session again.",
            point.display()
        ));
    }
    Ok(match terminal_relay::relay(client, &signals, Some(session.handle()), Clipboard::None)? {
        Outcome::Left(status) => ExitStatus::of_program(status),
        Outcome::Exited(status, _) => ExitStatus::of_program(status),
    })
}
