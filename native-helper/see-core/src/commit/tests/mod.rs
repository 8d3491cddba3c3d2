//! Tests of commit, undo and recovery on real overlays.

mod aftermath;
mod away;
mod backups;
pub(crate) mod bench;
mod cases;
mod clashes;
mod crashes;
mod damage;
mod decisions;
mod discards;
mod faults;
mod fuzz;
mod incomplete;
#[path = "../../../tests/lab/mod.rs"]
pub(crate) mod lab;
mod matrix;
mod matrix_reads;
mod matrix_whole;
mod meddling;
mod merges;
mod on_overlay;
mod operations;
mod ordinary;
mod other_names;
mod parts;
mod property;
mod speed;
mod stored;
mod taken_back;
mod targets;
mod torn;
mod undo_choices;
mod undo_links;
