//! Tests of commit, undo and recovery on real overlays.

mod bench;
mod cases;
mod crashes;
mod failures;
#[path = "../../../tests/lab/mod.rs"]
mod lab;
mod merges;
mod ordinary;
mod parts;
mod speed;
