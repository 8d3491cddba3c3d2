//! `alcatraz plumb`: the process that works in a SEE's network. Started by the engine, never by a person.

use see_core::net::plumber;

use crate::exit_status::ExitStatus;

pub fn run() -> ExitStatus {
    if plumber::run() == 0 { ExitStatus::Done } else { ExitStatus::Failed }
}
