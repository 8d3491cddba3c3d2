//! The attacks, a file for each kind.

pub mod devices;
pub mod files;
pub mod ipc;
pub mod kernel;
pub mod processes;
pub mod sockets;
pub mod terminal;
