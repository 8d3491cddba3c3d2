//! `alcatraz man`: the manual, of all or of one command, for man(1).

use clap::CommandFactory as _;
use clap_mangen::Man;
use see_core::error::{ErrorCode, Result, SeeError};
use serde_json::json;

use crate::args::{Cli, ManArgs};
use crate::context::Context;
use crate::exit_status::ExitStatus;

/// What the words and options do not say.
const MORE: &str = r#".SH "EXIT STATUS"
\fBrun\fR and \fBenter\fR end with the program's own status, or with 128 and the number of the signal that
ended it; with 125 when the sandbox could not be made, 126 when the program cannot be run, 127 when it was not found.
So does \fBretry\fR when the session that is meant is found.
.PP
All others: 0 done; 1 failed, and nothing was changed; 2 wrong usage; 3 conflicts, and nothing was committed; 4 no such
session, or not in a state for this.
.SH ENVIRONMENT
.TP
\fBALCATRAZ_STORE\fR
The directory that keeps sessions and commits, when \fB\-\-store\fR is not given.
.SH EXAMPLES
.nf
alcatraz run \-\- ./install.sh
alcatraz changes SESSION
alcatraz commit SESSION \-\-skip ~/.bashrc
alcatraz undo COMMIT
.fi
"#;

pub fn run(context: &Context, args: &ManArgs) -> Result<ExitStatus> {
    let mut all = Cli::command();
    all.build();
    let page = match &args.command {
        None => {
            let mut page = render(all)?;
            page.extend_from_slice(MORE.as_bytes());
            page
        }
        Some(name) => {
            let found = all.get_subcommands().find(|command| command.get_name() == name);
            render(found.cloned().ok_or_else(|| no_command(name))?)?
        }
    };
    if context.output.json {
        context.output.json(&json!({ "page": String::from_utf8_lossy(&page) }))?;
    } else {
        context.output.print(|out| out.write_all(&page))?;
    }
    Ok(ExitStatus::Done)
}

fn render(command: clap::Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let rendered = Man::new(command).render(&mut page);
    rendered.map_err(|error| SeeError::internal(format!("The manual could not be written: {error}.")))?;
    Ok(page)
}

fn no_command(name: &str) -> Box<SeeError> {
    SeeError::new(
        ErrorCode::BadRequest,
        format!("There is no command {name}."),
        "See the commands with: alcatraz help",
    )
}
