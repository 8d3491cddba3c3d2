//! Safe Execution Environments: engine, changes, consistency, commit. Talks to nobody: words for people
//! and exit statuses belong to the `alcatraz` crate.

#[cfg(test)]
extern crate self as see_core;

pub mod abort;
mod asleep;
pub mod beneath;
pub mod cause;
pub mod change;
pub mod changes;
pub mod check;
pub mod commit;
pub mod compare;
pub mod content;
pub mod criterion;
pub mod diff;
pub mod doctor;
pub mod engine;
pub mod error;
pub mod export;
mod flusher;
pub mod hiding;
pub mod ignore;
pub mod interpose;
pub mod layer;
pub mod makers;
pub mod merge;
pub mod monitor;
pub mod mounts;
pub mod net;
pub mod origins;
pub mod overlay_marks;
pub mod own_files;
pub mod path;
pub mod policy;
pub mod profiles;
pub mod read_set;
pub mod reads;
pub mod record;
pub mod remove_tree;
pub mod roll;
pub mod secrets;
pub mod session;
pub mod store;
pub mod timestamp;
mod unmade;
pub mod versions;
pub mod virus_scan;
