//! The network of a SEE: what it may reach, and the programs that connect it.

pub mod host;
pub mod plumber;
pub mod policy;
pub mod resolver;
mod rules;
pub mod uplink;
