//! What this machine can enforce, row by row: each tried, not guessed, with the reason and the mend of what fails.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};

pub mod inside;
mod left_behind;
mod trials;
mod user_namespaces;

pub use left_behind::left_behind;
pub use trials::measure;
pub use user_namespaces::refused;

/// How well something works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// All of it.
    Full,
    /// With a limit.
    Partial,
    /// Not at all.
    None,
}

/// What a row is about, when there is one for each of many things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// A mounted disk: does a commit to it rename or copy?
    Disk,
    /// A place where changes are limited.
    Place,
    /// Devices on request: what a machine has not is no gap.
    Device,
}

/// One row (`protocol/src/doctor.ts`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoctorRow {
    /// What was tried.
    pub feature: String,
    /// Of which kind of rows it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// How well it works.
    pub status: Status,
    /// Why not better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl DoctorRow {
    fn full(feature: impl Into<String>) -> Self {
        Self { feature: feature.into(), topic: None, status: Status::Full, why: None, mend: None }
    }

    fn partial(feature: impl Into<String>, why: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            status: Status::Partial,
            why: Some(why.into()),
            mend: Some(mend.into()),
            ..Self::full(feature)
        }
    }

    fn none(feature: impl Into<String>, why: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { status: Status::None, ..Self::partial(feature, why, mend) }
    }

    fn about(self, topic: Topic) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// Returns the row for a trial that went well or failed with an error that says why.
    fn of<T>(feature: &str, tried: Result<T>) -> Self {
        match tried {
            Ok(_) => Self::full(feature),
            Err(error) => Self::none(feature, error.message, error.hint),
        }
    }
}

/// Tries everything in a process of its own, and returns the rows. `store` is where the layers would go; `None` means
/// the default place.
pub fn rows(store: Option<&Path>) -> Result<Vec<DoctorRow>> {
    let failed = |why: &dyn std::fmt::Display| {
        SeeError::new(
            ErrorCode::Io,
            format!("The machine could not be examined: {why}."),
            "Check how many processes and open files you may have (ulimit -a).",
        )
    };
    let mut command = Command::new("/proc/self/exe");
    command.arg("probe").stdin(Stdio::null()).stderr(Stdio::null());
    if let Some(store) = store {
        command.env("ALCATRAZ_STORE", store);
    }
    let output = command.output().map_err(|e| failed(&e))?;
    serde_json::from_slice(&output.stdout).map_err(|e| failed(&e))
}
