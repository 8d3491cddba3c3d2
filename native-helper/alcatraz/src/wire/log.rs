//! The JSON form of a session's record (`protocol/src/log.ts`).

use see_core::record::event::NetworkTry;
use serde::{Deserialize, Serialize};

/// What happened in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogResult {
    /// What was tried with the network, oldest first.
    pub network: Vec<NetworkTry>,
    /// Whether everything could be recorded.
    pub complete: bool,
}
