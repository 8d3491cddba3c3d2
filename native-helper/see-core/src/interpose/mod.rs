//! Answers the calls that the programs of a SEE make before they run. What they open and run is observed and recorded,
//! and goes on unchanged: nothing is decided there. What an actor claims, it decides.

pub mod actor;
pub mod calls;
mod deferred;
mod flags;
mod observer;
mod program;
mod resolve;
pub(crate) mod seen_calls;
pub mod supervisor;
pub(crate) mod tracee;
mod tree;
mod view;
