//! What happened in a session, for whoever reviews it: one event a line, in the order of time, bounded in number. Knows no
//! kernel and no policy.

pub mod event;
pub mod log;
pub mod program;
pub mod refused;
