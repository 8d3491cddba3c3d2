//! Tests of commit, undo and recovery on real overlays.

pub(crate) mod bench;
mod cases;
mod crashes;
mod failures;
#[path = "../../../tests/lab/mod.rs"]
pub(crate) mod lab;
mod merges;
mod ordinary;
mod parts;
mod speed;
