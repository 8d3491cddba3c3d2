//! How long work tells its progress and learns that it is not wanted any more.

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Result, SeeError};

/// Steps of long work, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names are the steps of docs/consistency.md")]
pub enum Phase {
    Scan,
    Check,
    Stage,
    Journal,
    Apply,
    Publish,
    Recover,
}

/// Receives progress; asked now and then whether to give up. Called from the working thread.
pub trait Monitor: Sync {
    /// `done` of `total` objects are through this phase; `None` while the total is not known.
    fn progress(&self, phase: Phase, done: u64, total: Option<u64>);

    /// Tells whether the work should stop. Ignored once a commit has begun to apply.
    fn is_cancelled(&self) -> bool;

    /// Fails with `cancelled` when the work should stop.
    fn check_cancelled(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(SeeError::new(
                ErrorCode::Cancelled,
                "The work was cancelled.",
                "Nothing was changed; start it again when you like.",
            ));
        }
        Ok(())
    }
}

/// Ignores progress and never cancels.
pub struct Unmonitored;

impl Monitor for Unmonitored {
    fn progress(&self, _: Phase, _: u64, _: Option<u64>) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
