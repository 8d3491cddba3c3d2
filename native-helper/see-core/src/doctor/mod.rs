//! What this machine can enforce, row by row: each tried, not guessed, with the reason and the mend of what fails.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cause::LimitCause;
use crate::error::{ErrorCode, Result, SeeError};

mod feature;
mod gap;
pub mod inside;
mod left_behind;
mod shift;
mod trials;
mod user_namespaces;

pub use feature::Feature;
pub use gap::{Gap, Lack};
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

/// One row. Presenters have the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoctorRow {
    /// What was tried.
    pub feature: Feature,
    /// Of which kind of rows it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// How well it works.
    pub status: Status,
    /// Why not better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Numbers and names that a presenter can use.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, Value>,
    /// Why a place is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<LimitCause>,
    /// What a trial failed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<SeeError>>,
}

impl DoctorRow {
    fn full(feature: Feature) -> Self {
        Self {
            feature,
            topic: None,
            status: Status::Full,
            gap: None,
            facts: BTreeMap::new(),
            limit: None,
            error: None,
        }
    }

    fn partial(feature: Feature, lack: Lack) -> Self {
        Self { status: Status::Partial, gap: Some(lack.gap), facts: lack.facts, ..Self::full(feature) }
    }

    fn none(feature: Feature, lack: Lack) -> Self {
        Self { status: Status::None, ..Self::partial(feature, lack) }
    }

    fn about(self, topic: Topic) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// Is about one of many places, and called by it.
    fn at(mut self, facts: &[(&str, String)]) -> Self {
        self.facts.extend(facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())));
        self
    }

    /// Returns the row for what failed with an error that says why.
    fn failed(feature: Feature, error: Box<SeeError>) -> Self {
        Self { error: Some(error), ..Self::none(feature, Lack::new(Gap::Failed)) }
    }

    /// Returns the row for a trial that went well or failed with an error that says why.
    fn of<T>(feature: Feature, tried: Result<T>) -> Self {
        match tried {
            Ok(_) => Self::full(feature),
            Err(error) => Self::failed(feature, error),
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
