//! `alcatraz supervise`: the process that makes a SEE and looks after it. Started by the engine, never by a person.

use see_core::engine::supervisor;

use crate::exit_status::ExitStatus;

pub fn run() -> ExitStatus {
    if supervisor::run() == 0 { ExitStatus::Done } else { ExitStatus::Failed }
}
