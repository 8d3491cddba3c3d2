//! Tests of commit, undo and recovery on real overlays.

mod backups;
pub(crate) mod bench;
mod cases;
mod crashes;
mod discards;
mod failures;
mod faults;
mod fuzz;
#[path = "../../../tests/lab/mod.rs"]
pub(crate) mod lab;
mod matrix;
mod merges;
mod operations;
mod ordinary;
mod parts;
mod property;
mod speed;
mod undo_choices;
