//! `alcatraz probe`: tries what this machine can enforce, or with `--inside` the walls around it, and prints the rows as
//! JSON. Started by the doctor.

use see_core::doctor::{self, inside};
use see_core::error::{ErrorCode, Result, SeeError};

use crate::args::ProbeArgs;
use crate::context::Context;
use crate::exit_status::ExitStatus;

pub fn run(context: &Context, args: &ProbeArgs) -> Result<ExitStatus> {
    let rows = match &args.inside {
        None => doctor::measure(context.store_dir()),
        Some(targets) => {
            let targets = serde_json::from_str(targets).map_err(|e| {
                SeeError::new(ErrorCode::BadRequest, format!("These are no targets: {e}."), "Use the doctor.")
            })?;
            inside::attempt(&targets)
        }
    };
    context.output.json(&rows)?;
    Ok(ExitStatus::Done)
}
