//! The attacks, a file for each kind.

pub mod again;
pub mod devices;
pub mod display;
pub mod files;
pub mod ipc;
pub mod kernel;
pub mod network;
pub mod processes;
pub mod resources;
pub mod secrets;
pub mod sockets;
pub mod terminal;
