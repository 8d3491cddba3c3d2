//! Why something does not hold in full: what exactly, by a name for presenters, with facts. They have the words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::group_mend::Way;

/// What exactly is lacking: presenters say it in words of their own (`protocol/src/doctor.ts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each one's sentence is for presenters to say")]
pub enum Gap {
    /// A trial failed with an error that says why.
    Failed,
    CrashesToSocket,
    CrashesToHandler,
    NoX11Tool,
    NoX11Display,
    DisplayRefuses,
    OnlyWayland,
    NoDevice,
    StopsBySignals,
    NoProcessGroups,
    ProcessesByAccount,
    NoMemoryGroups,
    AccountCounts,
    NoShift,
    UnmappedPlace,
    HostChanged,
    CommitCopies,
    PlaceLimited,
    RenamesCopy,
    OwnIdOnly,
    UnwritableInside,
    ProcessReached,
    KernelWritable,
    DeviceThere,
    DeviceMade,
    SocketByPath,
    SocketByName,
    InterfaceThere,
    HiddenRead,
    HiddenFails,
    HiddenWritten,
    StoreGone,
}

/// One of them, as it was found.
#[derive(Clone, Debug)]
pub struct Lack {
    /// Which.
    pub gap: Gap,
    /// Numbers and names that a presenter can use.
    pub facts: BTreeMap<String, Value>,
}

impl Lack {
    /// Returns one without facts.
    pub fn new(gap: Gap) -> Self {
        Self { gap, facts: BTreeMap::new() }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn by(mut self, way: &Way) -> Self {
        if let Ok(Value::Object(facts)) = serde_json::to_value(way) {
            self.facts.extend(facts);
        }
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}
