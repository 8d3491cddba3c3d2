//! The helper as root against the machine's other users and against odd callers: what a user planted, a confederate
//! outside, a race with a commit, an environment or descriptors made to harm. Each attack works where nothing stops it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod beginnings;
#[path = "../engine_lab/mod.rs"]
mod engine_lab;
#[path = "../attacks/machine.rs"]
mod machine;
mod others;
