//! `alcatraz probe`: tries what this machine can enforce and prints the rows as JSON. Started by the doctor.

use see_core::doctor;
use see_core::error::Result;

use crate::context::Context;
use crate::exit_status::ExitStatus;

pub fn run(context: &Context) -> Result<ExitStatus> {
    context.output.json(&doctor::measure(context.store_dir()))?;
    Ok(ExitStatus::Done)
}
