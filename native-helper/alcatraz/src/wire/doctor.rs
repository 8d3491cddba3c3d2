//! The JSON form of what the doctor found (`protocol/src/doctor.ts`).

use std::collections::BTreeMap;

use see_core::cause::LimitCause;
use see_core::doctor::{DoctorRow, Feature, Gap, Status, Topic};
use see_core::error::SeeError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::present::doctor::{feature_words, gap_words};

/// One row: `feature`, `why` and `mend` are the words of the command line, the rest is for who has words of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireRow {
    /// What was tried.
    pub feature: String,
    /// The same for programs; a helper of before names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Feature>,
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
    /// Why not better, for programs.
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

impl From<DoctorRow> for WireRow {
    fn from(row: DoctorRow) -> Self {
        let feature = feature_words(&row);
        let (why, mend) = gap_words(&row).map(|words| (words.why, words.mend)).unzip();
        let DoctorRow { feature: id, topic, status, gap, facts, limit, error } = row;
        Self { feature, id: Some(id), topic, status, why, mend, gap, facts, limit, error }
    }
}
