//! Tests of commit, undo and recovery on real overlays.

mod bench;
mod cases;
mod crashes;
#[path = "../../../tests/lab/mod.rs"]
mod lab;
