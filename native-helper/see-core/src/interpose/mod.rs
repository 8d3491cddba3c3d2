//! Answers the calls that the programs of a SEE make before they run. What they open and run is observed and recorded,
//! and goes on unchanged: nothing is decided there. What an actor claims, it decides.

pub mod actor;
mod begins;
mod binfmt;
pub(crate) mod by_thread;
pub mod calls;
mod clock;
mod deferred;
mod dir;
mod dirs;
pub(crate) mod flags;
mod found;
mod frozen;
mod late;
mod look;
mod observer;
mod own_links;
pub mod program;
#[cfg(test)]
pub(crate) mod rehearsal;
mod resolve;
mod running;
mod seen_calls;
mod shown;
mod stores;
pub mod supervisor;
mod tables;
pub(crate) mod tracee;
mod tree;
mod unfinished;
mod view;
mod waiting;
pub mod witnesses;
