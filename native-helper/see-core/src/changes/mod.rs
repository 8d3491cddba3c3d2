//! Finds what differs between a session's view and the host, from the layers' final state.

pub mod found;
