//! What is measured of a SEE against which limits, and what comes of it. Plain data.

use crate::session::{Frozen, Near, Scarce};

/// The limits of a SEE, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most that its layers may hold.
    pub quota: Option<u64>,
    /// How much must stay free on each file system; `None` for the usual.
    pub floor: Option<u64>,
}

/// What the meter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A limit may be reached: hold everything, then say that it is. Where the freezer is known, it has been asked already.
    Hold,
    /// It was not: let everything go on.
    GoOn,
    /// A limit is reached.
    Reached(Frozen),
    /// A limit has come near.
    Near(Near),
    /// It is well away again: which limit, and of which disk.
    Away(Scarce, Option<String>),
    /// The SEE goes on writing although it is frozen.
    NotHeld,
}
