//! Observes what the programs of a SEE open and run, before it happens, and records it. Every call goes on unchanged:
//! nothing is ever decided here.

pub mod calls;
mod flags;
mod observer;
mod program;
mod resolve;
mod seen_calls;
pub mod supervisor;
mod tracee;
mod tree;
mod view;
