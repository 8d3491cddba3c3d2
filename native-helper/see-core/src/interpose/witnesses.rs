//! Who sees calls before anybody answers them, and never answers: who is which program, whose hand is in
//! what, and what will be refused.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use see_sys::seccomp_notify::Notification;

use crate::makers::Witness;
use crate::roll::{Refusals, Roll};

/// Those of one SEE.
#[derive(Clone, Debug, Default)]
pub struct Witnesses {
    /// Sees programs begin and end.
    pub roll: Option<Arc<Roll>>,
    /// Sees who changes what.
    pub makers: Option<Arc<Witness>>,
    /// Sees what will be refused.
    pub refusals: Option<Arc<Refusals>>,
}

impl Witnesses {
    /// Has them see a call. Tells whether nobody else wants it.
    pub fn see(&self, call: &Notification) -> bool {
        let all = || {
            if let Some(roll) = &self.roll {
                roll.see(call);
            }
            if let Some(makers) = &self.makers {
                makers.see(call);
            }
            if let Some(refusals) = &self.refusals {
                refusals.see(call);
            }
        };
        // A panic was told by its own message; what it was about is missing.
        let _ = catch_unwind(AssertUnwindSafe(all));
        self.makers.as_ref().is_some_and(|makers| makers.is_only_its(call))
    }
}
