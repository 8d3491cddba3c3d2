//! The read set: what a SEE has seen of the host, and when first. Knows paths, times and facts; must not know how they
//! were observed.

pub mod access;
mod coding;
pub mod entry;
pub mod log;
pub mod names;
pub mod recorder;
pub mod set;
