//! Why something does not hold in full: what exactly, by a name for presenters, with facts, and in the words of the command line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What exactly is lacking: presenters say it in words of their own (`protocol/src/doctor.ts`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each one's sentence stands where it is given")]
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
    /// Why, as a part of a sentence.
    pub why: String,
    /// What to do about it.
    pub mend: String,
}

impl Lack {
    /// Returns one without facts.
    pub fn new(gap: Gap, why: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { gap, facts: BTreeMap::new(), why: why.into(), mend: mend.into() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }
}
